// The pixels of a scene, at any size and in any shape.
import { Resampling } from '../../src/image/filter-weights.ts'
import { resize } from '../../src/image/resize.ts'
import { addGrain, paintBackground, type Size } from './paint-background.ts'
import { type Affine, affineOf, inverse } from './pose.ts'
import { randomOf } from './random.ts'
import type { Scene, Thing } from './scene.ts'
import type { Level, Sprite, Sprites } from './sprites.ts'

/**
 * Draws a scene.
 * @param target - the size in pixels; the scene's own if left out, and squeezed if it has another shape
 * @returns red, green and blue, row by row
 */
export function drawScene(scene: Scene, sprites: Sprites, target: Size = scene): Uint8Array {
  const { width, height } = target
  const pixels = paintBackground(scene.background, scene, target)
  for (const thing of scene.things) drawThing(pixels, { width, height }, scene, thing, sprites)
  addGrain(pixels, scene.background)
  return new Uint8Array(pixels.buffer)
}

/** Pictures drawn larger than the model sees them and then reduced, as files are; the others are drawn as they are. */
const REDUCED = 0.5
/** The longer side of those, as a multiple of the model's. */
const LARGER = [1.2, 2] as const

/**
 * Draws a scene as a model's image processor would bring its picture to the model: square, whatever its shape. Half of
 * the scenes are drawn larger first and reduced by the processor's own cubic filter.
 * @param side - pixels a side
 * @returns red, green and blue, row by row
 */
export async function drawForModel(scene: Scene, sprites: Sprites, side: number): Promise<Uint8Array> {
  const random = randomOf(scene.seed, 4)
  if (!random.chance(REDUCED)) return drawScene(scene, sprites, { width: side, height: side })
  const factor = (side * random.between(...LARGER)) / Math.max(scene.width, scene.height)
  const size = { width: Math.round(scene.width * factor), height: Math.round(scene.height * factor) }
  const data = drawScene(scene, sprites, size)
  return (await resize({ ...size, data }, side, side, Resampling.BICUBIC)).data
}

/** Lays a thing over a picture: each pixel takes the colour between the four of the sprite that are nearest to it. */
function drawThing(
  pixels: Uint8ClampedArray,
  target: Size,
  scene: Scene,
  thing: Thing,
  sprites: Sprites,
): void {
  const sprite = sprites.get(thing.style, thing.drawing)
  const toTarget = stretched(
    affineOf(thing, sprite, scene),
    target.width / scene.width,
    target.height / scene.height,
  )
  const { level, factor } = levelFor(sprite, toTarget)
  const { width, height, pixels: colours } = level
  const [a, b, c, d, e, f] = inverse(toTarget)
  const [left, top, right, bottom] = covered(toTarget, sprite.levels[0]!, target)
  // One loop without calls: with them the numbers would be boxed, and it takes twice as long.
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      // Where the middle of this pixel is in the level, counted from the middle of its first pixel.
      const u = (a * (x + 0.5) + c * (y + 0.5) + e) * factor - 0.5
      const v = (b * (x + 0.5) + d * (y + 0.5) + f) * factor - 0.5
      if (u < 0 || v < 0 || u >= width - 1 || v >= height - 1) continue
      const column = Math.floor(u)
      const row = Math.floor(v)
      const i = (row * width + column) * 4
      const j = i + width * 4
      const w10 = (u - column) * (1 - v + row)
      const w01 = (1 - u + column) * (v - row)
      const w11 = (u - column) * (v - row)
      const w00 = 1 - w10 - w01 - w11
      const alpha =
        colours[i + 3]! * w00 + colours[i + 7]! * w10 + colours[j + 3]! * w01 + colours[j + 7]! * w11
      if (alpha === 0) continue
      const kept = 1 - alpha / 255
      const at = (y * target.width + x) * 3
      for (let k = 0; k < 3; k++)
        pixels[at + k] =
          pixels[at + k]! * kept +
          colours[i + k]! * w00 +
          colours[i + k + 4]! * w10 +
          colours[j + k]! * w01 +
          colours[j + k + 4]! * w11
    }
}

/** A mapping followed by a change of scale along each axis. */
const stretched = ([a, b, c, d, e, f]: Affine, across: number, down: number): Affine => [
  a * across,
  b * down,
  c * across,
  d * down,
  e * across,
  f * down,
]

/** The level whose pixels come closest to the picture's, and its size as a fraction of the first one's. */
function levelFor({ levels }: Sprite, [a, b, c, d]: Affine): { level: Level; factor: number } {
  const scale = Math.sqrt(Math.abs(a * d - b * c))
  const index = Math.min(levels.length - 1, Math.max(0, Math.round(-Math.log2(scale) - 0.2)))
  return { level: levels[index]!, factor: 2 ** -index }
}

/** The pixels that a sprite may touch: left, top, and the first ones beyond. */
function covered(
  [a, b, c, d, e, f]: Affine,
  { width, height }: Size,
  target: Size,
): [number, number, number, number] {
  const xs = [e, e + a * width, e + c * height, e + a * width + c * height]
  const ys = [f, f + b * width, f + d * height, f + b * width + d * height]
  return [
    Math.max(0, Math.floor(Math.min(...xs))),
    Math.max(0, Math.floor(Math.min(...ys))),
    Math.min(target.width, Math.ceil(Math.max(...xs))),
    Math.min(target.height, Math.ceil(Math.max(...ys))),
  ]
}
