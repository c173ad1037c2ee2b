// The first picture of a GIF, on its canvas, as Pillow's GifImagePlugin.py shows it: a transparent pixel has its colour in
// the table, and what the picture leaves free has the transparent colour or else the first. sharp makes both black, and
// takes a picture that ends early for a whole one; so GIF is read here.
import { ImageError } from '../errors.ts'
import { checkImageSize, type RgbImage } from './rgb-image.ts'

/**
 * Decodes the first picture of a GIF.
 * @param bytes - a file that starts with GIF87a or GIF89a
 * @param name - what to call the file in messages
 * @throws {ImageError} DAMAGED if the file ends before the picture does or its codes make no sense, TOO_LARGE
 */
export function decodeGif(bytes: Uint8Array, name: string, maxPixels?: number): RgbImage {
  const frame = readFirstFrame(new Reader(bytes, name))
  // A picture may reach beyond the canvas that the file announces.
  const width = Math.max(frame.canvasWidth, frame.left + frame.width)
  const height = Math.max(frame.canvasHeight, frame.top + frame.height)
  checkImageSize({ width, height }, name, maxPixels)
  const indices = decodeLzw(frame.codes, frame.codeSize, frame.width * frame.height)
  if (indices === undefined || indices.length === 0) throw damaged(name)
  const canvas = new Uint8Array(width * height).fill(frame.fill)
  rowOrder(frame.height, frame.interlaced).forEach((row, i) => {
    const pixels = indices.subarray(i * frame.width, (i + 1) * frame.width)
    canvas.set(pixels, (frame.top + row) * width + frame.left)
  })
  const data = new Uint8Array(canvas.length * 3)
  for (let i = 0, to = 0; i < canvas.length; i++) {
    const colour = canvas[i]! * 3
    data[to++] = frame.colours[colour]!
    data[to++] = frame.colours[colour + 1]!
    data[to++] = frame.colours[colour + 2]!
  }
  return { width, height, data }
}

interface Frame {
  readonly canvasWidth: number
  readonly canvasHeight: number
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly interlaced: boolean
  /** 256 colours. */
  readonly colours: Uint8Array
  /** Which colour the canvas has around the picture. */
  readonly fill: number
  /** Bits of a pixel, before compression. */
  readonly codeSize: number
  readonly codes: Uint8Array
}

const EXTENSION = 0x21
const GRAPHIC_CONTROL = 0xf9
const IMAGE = 0x2c

function readFirstFrame(read: Reader): Frame {
  read.bytes(6)
  const canvas = { canvasWidth: read.uint16(), canvasHeight: read.uint16() }
  const canvasFlags = read.byte()
  read.bytes(2)
  const canvasColours = readColours(read, canvasFlags)
  let fill = 0
  for (let block = read.byte(); block !== IMAGE; block = read.byte()) {
    if (block !== EXTENSION) continue
    const label = read.byte()
    const data = read.subBlocks()
    const isTransparent = label === GRAPHIC_CONTROL && data.length >= 4 && (data[0]! & 1) !== 0
    if (isTransparent) fill = data[3]!
  }
  const place = { left: read.uint16(), top: read.uint16(), width: read.uint16(), height: read.uint16() }
  const flags = read.byte()
  const colours = readColours(read, flags) ?? canvasColours ?? greys()
  return {
    ...canvas,
    ...place,
    interlaced: (flags & 0x40) !== 0,
    colours,
    fill,
    codeSize: read.byte(),
    codes: read.subBlocks(),
  }
}

/** A table of colours, black where it ends before 256; undefined if the flags say that there is none. */
function readColours(read: Reader, flags: number): Uint8Array | undefined {
  if (!(flags & 0x80)) return undefined
  const colours = new Uint8Array(3 * 256)
  colours.set(read.bytes(3 << ((flags & 7) + 1)))
  return colours
}

function greys(): Uint8Array {
  return new Uint8Array(3 * 256).map((_, i) => Math.floor(i / 3))
}

/** Which row of the picture each row of the data is. */
function rowOrder(height: number, interlaced: boolean): number[] {
  const rows = Array.from({ length: height }, (_, row) => row)
  return interlaced ? rows.sort((a, b) => interlacePass(a) - interlacePass(b)) : rows
}

/** In which of four passes over the picture a row comes: every eighth row, those between, and so on. */
function interlacePass(row: number): number {
  if (row % 8 === 0) return 0
  if (row % 8 === 4) return 1
  return row % 4 === 2 ? 2 : 3
}

const MAX_CODES = 4096

/** The first `count` values of LZW codes; undefined if there are fewer, or a code is used before it has a meaning. */
function decodeLzw(codes: Uint8Array, codeSize: number, count: number): Uint8Array | undefined {
  if (codeSize < 1 || codeSize > 8) return undefined
  const clear = 1 << codeSize
  const end = clear + 1
  // A code stands for the values of its prefix and one more.
  const prefixes = new Uint16Array(MAX_CODES)
  const lasts = new Uint8Array(MAX_CODES).map((_, i) => i)
  const lengths = new Uint16Array(MAX_CODES).fill(1)
  const values = new Uint8Array(count)
  let next = end + 1
  let bits = codeSize + 1
  let previous = -1
  let [buffer, buffered, from, to] = [0, 0, 0, 0]
  while (to < count) {
    for (; buffered < bits; buffered += 8) {
      if (from === codes.length) return undefined
      buffer |= codes[from++]! << buffered
    }
    const code = buffer & ((1 << bits) - 1)
    buffer >>>= bits
    buffered -= bits
    if (code === end) return undefined
    if (code === clear) {
      next = end + 1
      bits = codeSize + 1
      previous = -1
      continue
    }
    if (previous < 0 ? code > clear : code > next) return undefined
    // The code that is about to be given stands for the previous values and the first of them again.
    const isNext = code === next
    const known = isNext ? previous : code
    const length = lengths[known]!
    let first = known
    for (let i = length - 1; i >= 0; i--) {
      if (to + i < count) values[to + i] = lasts[first]!
      if (i > 0) first = prefixes[first]!
    }
    const firstValue = lasts[first]!
    to += length
    if (isNext && to < count) values[to] = firstValue
    if (isNext) to++
    if (previous >= 0 && next < MAX_CODES) {
      prefixes[next] = previous
      lasts[next] = firstValue
      lengths[next] = lengths[previous]! + 1
      next++
      if (next === 1 << bits && bits < 12) bits++
    }
    previous = code
  }
  return values
}

/** Reads a file from its start, never beyond its end. */
class Reader {
  readonly #bytes: Uint8Array
  readonly #name: string
  #at = 0
  constructor(bytes: Uint8Array, name: string) {
    this.#bytes = bytes
    this.#name = name
  }
  bytes(length: number): Uint8Array {
    const end = this.#at + length
    if (end > this.#bytes.length) throw damaged(this.#name)
    const part = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return part
  }
  byte(): number {
    return this.bytes(1)[0]!
  }
  uint16(): number {
    return this.byte() | (this.byte() << 8)
  }
  /** Parts of up to 255 bytes, each behind its length, up to one of no length. */
  subBlocks(): Uint8Array {
    const parts: Uint8Array[] = []
    for (let length = this.byte(); length > 0; length = this.byte()) parts.push(this.bytes(length))
    return Buffer.concat(parts)
  }
}

function damaged(name: string): ImageError {
  return new ImageError(
    'DAMAGED',
    `Expected a whole GIF, but ${name} is damaged or ends before its first picture does`,
  )
}
