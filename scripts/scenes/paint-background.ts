// Paints a background, and the noise over a finished picture.
import type { Background, Rgb } from './background.ts'
import { randomOf } from './random.ts'

/** A picture, or a part of one: its size in pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/**
 * Paints a background.
 * @param picture - the size whose shape it has; patterns keep their shape on that
 * @param target - the size to paint at, whose shape may be another
 * @returns red, green and blue of `target`, row by row
 */
export function paintBackground(background: Background, picture: Size, target: Size): Uint8ClampedArray {
  const { width, height } = target
  const pixels = new Uint8ClampedArray(width * height * 3)
  const columns = Float64Array.from({ length: width }, (_, column) => (column + 0.5) / width)
  const shares = new Float64Array(width)
  const mix = mixOf(background, picture)
  const [first, second = first] = background.rgb as [Rgb, Rgb?]
  const differences = second.map((value, c) => value - first[c]!)
  const [cosine, sine] = [Math.cos(background.angle), Math.sin(background.angle)]
  const slope = background.shading - 1
  for (let row = 0; row < height; row++) {
    const y = (row + 0.5) / height
    mix(columns, y, shares)
    for (let c = 0; c < 3; c++) {
      const start = first[c]!
      const difference = differences[c]!
      let at = row * width * 3 + c
      for (let column = 0; column < width; column++, at += 3) {
        const along = columns[column]! * cosine + y * sine
        const light = 1 + slope * (along < 0 ? 0 : along > 1 ? 1 : along)
        pixels[at] = (start + difference * shares[column]!) * light
      }
    }
  }
  return pixels
}

/** Writes the share of the second colour at every place of a row, given as fractions of the picture. */
type Mix = (columns: Float64Array, y: number, shares: Float64Array) => void

function mixOf(background: Background, picture: Size): Mix {
  const { pattern, angle, period, horizon } = background
  const shorter = Math.min(picture.width, picture.height)
  const across = picture.width / shorter / period
  const down = picture.height / shorter / period
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)]
  switch (pattern) {
    case 'plain':
      return () => undefined
    case 'gradient':
      return each((x, y) => x * cosine + y * sine)
    case 'ground':
      return (_, y, shares) => shares.fill(y < horizon ? 0 : 1)
    case 'stripes':
      return each((x, y) => Math.floor(x * across * cosine + y * down * sine) & 1)
    case 'checks':
      return each((x, y) => (Math.floor(x * across) + Math.floor(y * down)) & 1)
    case 'dots':
      return each((x, y) => {
        const [dx, dy] = [((x * across) % 1) - 0.5, ((y * down) % 1) - 0.5]
        return dx * dx + dy * dy < DOT_RADIUS ** 2 ? 1 : 0
      })
    case 'speckles':
      return each(speckles(background.seed, across * SPECKLES, down * SPECKLES))
  }
}

const each =
  (share: (x: number, y: number) => number): Mix =>
  (columns, y, shares) => {
    for (let i = 0; i < columns.length; i++) shares[i] = share(columns[i]!, y)
  }

const DOT_RADIUS = 0.28
/** Speckles are smaller than stripes and checks of the same period by this factor. */
const SPECKLES = 3
const SPECKLE_TABLE = 256

function speckles(seed: number, across: number, down: number): (x: number, y: number) => number {
  const random = randomOf(seed, 1)
  const table = new Uint8Array(SPECKLE_TABLE ** 2)
  // One number holds 24 random bits: enough for as many speckles.
  for (let i = 0; i < table.length; i += 24) {
    let bits = random.integer(0, 2 ** 24 - 1)
    for (let j = i; j < i + 24 && j < table.length; j++, bits >>= 1) table[j] = bits & 1
  }
  return (x, y) =>
    table[
      (Math.floor(y * down) & (SPECKLE_TABLE - 1)) * SPECKLE_TABLE +
        (Math.floor(x * across) & (SPECKLE_TABLE - 1))
    ]!
}

const NOISE = normalNumbers(2 ** 15)

/** Pixels after which the noise goes on at another place of its table, so that no pattern of it shows. */
const NOISE_RUN = 160

/** Adds the background's noise to a picture, in place: lighter and darker, as the grain of a film. */
export function addGrain(pixels: Uint8ClampedArray, { grain, seed }: Background): void {
  if (grain === 0) return
  const mask = NOISE.length - 1
  const random = randomOf(seed, 2)
  let from = 0
  for (let at = 0; at < pixels.length; at += 3) {
    if (at % (3 * NOISE_RUN) === 0) from = random.integer(0, mask)
    const noise = Math.round(NOISE[from++ & mask]! * grain)
    pixels[at] = pixels[at]! + noise
    pixels[at + 1] = pixels[at + 1]! + noise
    pixels[at + 2] = pixels[at + 2]! + noise
  }
}

/** Numbers of a normal distribution with variance 1 (the polar method of Marsaglia), always the same. */
function normalNumbers(count: number): Float32Array {
  const random = randomOf(0, 3)
  const numbers = new Float32Array(count)
  for (let i = 0; i < count;) {
    const u = random.between(-1, 1)
    const v = random.between(-1, 1)
    const square = u * u + v * v
    if (square >= 1 || square === 0) continue
    const factor = Math.sqrt((-2 * Math.log(square)) / square)
    numbers[i++] = u * factor
    if (i < count) numbers[i++] = v * factor
  }
  return numbers
}
