// The drawings of all things as pixels: data/sprites/<style>.webp holds those of one style side by side,
// <style>.json says where each lies. Every sprite comes with what placing and drawing it fast takes.
import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { invalidRange } from '../../src/errors.ts'
import { convexHull } from './convex-hull.ts'
import { isStyleName, type StyleName } from './styles.ts'

/** Alpha from which a pixel belongs to the drawing, 0 to 255: boxes are drawn around such pixels. */
export const OPAQUE = 128

/** Where the sprites are. */
export const SPRITES_FOLDER = new URL('../../data/sprites/', import.meta.url)

/** What <style>.json holds: the rectangle of each icon, x, y, width and height in pixels. */
export interface AtlasIndex {
  readonly style: StyleName
  readonly icons: Readonly<Record<string, readonly [x: number, y: number, width: number, height: number]>>
}

/** A sprite in one size: colours multiplied by alpha, four bytes a pixel. */
export interface Level {
  readonly width: number
  readonly height: number
  readonly pixels: Uint8Array
}

/** A drawing of a thing. Coordinates are those of the first level. */
export interface Sprite {
  /** The drawing and its halves, quarters and so on. */
  readonly levels: readonly Level[]
  /** Corners of the convex hull around the opaque pixels, x and y in turn. */
  readonly hull: Float64Array
  /** Colours of some opaque pixels all over the drawing, red, green and blue in turn. */
  readonly samples: Uint8Array
}

/** All sprites of some styles. */
export interface Sprites {
  readonly styles: readonly StyleName[]
  /** @throws {RangeError} if there is no such sprite */
  get(style: StyleName, icon: string): Sprite
}

const LEVELS = 4
/** Sides are padded to a multiple of this, so that every level is exactly half of the one before. */
const MULTIPLE = 2 ** (LEVELS - 1)
/** Transparent pixels all around, so that looking between two pixels never leaves the sprite. */
const MARGIN = 2
const SAMPLES = 64

/**
 * Reads the sprites of some styles.
 * @param styles - names of styles
 * @throws {RangeError} for a name that is no style's
 * @throws {Error} if a file is missing or does not hold what its index says
 */
export async function readSprites(styles: readonly StyleName[]): Promise<Sprites> {
  const atlases = new Map(
    await Promise.all(styles.map(async (style) => [style, await readAtlas(style)] as const)),
  )
  const made = new Map<string, Sprite>()
  return {
    styles,
    get: (style, icon) => {
      const key = `${style}/${icon}`
      let sprite = made.get(key)
      if (sprite === undefined) {
        const atlas = atlases.get(style)
        const rectangle = atlas?.index.icons[icon]
        if (atlas === undefined || rectangle === undefined)
          throw new RangeError(`Expected a sprite of ${styles.join(', ')}, but there is no ${key}`)
        sprite = makeSprite(atlas.image, rectangle)
        made.set(key, sprite)
      }
      return sprite
    },
  }
}

interface Atlas {
  readonly index: AtlasIndex
  readonly image: Level
}

async function readAtlas(style: StyleName): Promise<Atlas> {
  if (!isStyleName(style)) throw invalidRange('style', 'the name of a style', style)
  const index = JSON.parse(await readFile(new URL(`${style}.json`, SPRITES_FOLDER), 'utf8')) as AtlasIndex
  const file = await readFile(new URL(`${style}.webp`, SPRITES_FOLDER))
  const { data, info } = await sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  for (const [icon, [x, y, width, height]] of Object.entries(index.icons))
    if (!(
      x >= 0 &&
      y >= 0 &&
      width > 0 &&
      height > 0 &&
      x + width <= info.width &&
      y + height <= info.height
    ))
      throw new Error(
        `Expected ${style}.json to name rectangles inside ${info.width} x ${info.height} pixels, ` +
          `but ${icon} is at ${x}, ${y}, ${width} x ${height}; make it again with make-sprites.ts`,
      )
  return { index, image: { width: info.width, height: info.height, pixels: data } }
}

/** Cuts a sprite out of an image with plain alpha. */
export function makeSprite(
  image: Level,
  [left, top, width, height]: readonly [number, number, number, number],
): Sprite {
  const base = padded(width, height)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const from = ((top + y) * image.width + left + x) * 4
      const to = ((MARGIN + y) * base.width + MARGIN + x) * 4
      const alpha = image.pixels[from + 3]!
      for (let c = 0; c < 3; c++) base.pixels[to + c] = Math.round((image.pixels[from + c]! * alpha) / 255)
      base.pixels[to + 3] = alpha
    }
  const levels = [base]
  while (levels.length < LEVELS) levels.push(half(levels.at(-1)!))
  return { levels, hull: convexHull(edgePoints(base)), samples: sampleColours(base) }
}

function padded(width: number, height: number): Level {
  const up = (side: number): number => Math.ceil((side + 2 * MARGIN) / MULTIPLE) * MULTIPLE
  const level = { width: up(width), height: up(height) }
  return { ...level, pixels: new Uint8Array(level.width * level.height * 4) }
}

/** The mean of every two by two pixels. */
function half({ width, height, pixels }: Level): Level {
  const smaller = {
    width: width / 2,
    height: height / 2,
    pixels: new Uint8Array((width / 2) * (height / 2) * 4),
  }
  for (let y = 0; y < smaller.height; y++)
    for (let x = 0; x < smaller.width; x++)
      for (let c = 0; c < 4; c++) {
        const at = (2 * y * width + 2 * x) * 4 + c
        const sum = pixels[at]! + pixels[at + 4]! + pixels[at + width * 4]! + pixels[at + width * 4 + 4]!
        smaller.pixels[(y * smaller.width + x) * 4 + c] = (sum + 2) >> 2
      }
  return smaller
}

/** The outer corners of the first and the last opaque pixel of each row. */
function edgePoints({ width, height, pixels }: Level): [number, number][] {
  const points: [number, number][] = []
  for (let y = 0; y < height; y++) {
    const opaque = (x: number): boolean => pixels[(y * width + x) * 4 + 3]! >= OPAQUE
    let first = 0
    while (first < width && !opaque(first)) first++
    if (first === width) continue
    let last = width - 1
    while (!opaque(last)) last--
    points.push([first, y], [first, y + 1], [last + 1, y], [last + 1, y + 1])
  }
  return points
}

function sampleColours({ pixels }: Level): Uint8Array {
  const opaque: number[] = []
  for (let at = 0; at < pixels.length; at += 4) if (pixels[at + 3]! >= OPAQUE) opaque.push(at)
  const samples = new Uint8Array(3 * SAMPLES)
  for (let i = 0; i < SAMPLES; i++) {
    const at = opaque[Math.floor(((i + 0.5) * opaque.length) / SAMPLES)]!
    for (let c = 0; c < 3; c++) samples[3 * i + c] = Math.min(255, (pixels[at + c]! * 255) / pixels[at + 3]!)
  }
  return samples
}

/** Whether a place of a sprite, in pixels of its first level, belongs to the drawing. */
export function isOpaque(sprite: Sprite, u: number, v: number): boolean {
  const { width, height, pixels } = sprite.levels[0]!
  if (u < 0 || v < 0 || u >= width || v >= height) return false
  return pixels[(Math.floor(v) * width + Math.floor(u)) * 4 + 3]! >= OPAQUE
}
