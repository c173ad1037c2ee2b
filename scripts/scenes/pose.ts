// How a sprite lies in a picture, and the box around what can be seen of it there.
import type { Size } from './paint-background.ts'
import type { Box } from './scene.ts'
import { isOpaque, type Sprite } from './sprites.ts'

/** How a sprite lies in a picture. */
export interface Pose {
  /** Where the middle of the drawing is, as fractions of the picture; it may lie outside. */
  readonly centre: readonly [x: number, y: number]
  /** Pixels of the picture, at its natural size, for a pixel of the sprite. */
  readonly scale: number
  /** How much wider than high the drawing is made; 1 keeps its shape. */
  readonly stretch: number
  /** Whether left and right are exchanged. */
  readonly flipped: boolean
  /** Degrees, clockwise. */
  readonly rotation: number
}

/** A mapping x' = a x + c y + e, y' = b x + d y + f. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number]

/** The mapping from a sprite's first level to a picture of the given natural size. */
export function affineOf(pose: Pose, sprite: Sprite, picture: Size): Affine {
  const { width, height } = sprite.levels[0]!
  const angle = (pose.rotation * Math.PI) / 180
  const across = pose.scale * Math.sqrt(pose.stretch) * (pose.flipped ? -1 : 1)
  const down = pose.scale / Math.sqrt(pose.stretch)
  const [a, b] = [Math.cos(angle) * across, Math.sin(angle) * across]
  const [c, d] = [-Math.sin(angle) * down, Math.cos(angle) * down]
  return [
    a,
    b,
    c,
    d,
    pose.centre[0] * picture.width - (a * width + c * height) / 2,
    pose.centre[1] * picture.height - (b * width + d * height) / 2,
  ]
}

/** Left, top, right and bottom of the opaque pixels, in pixels of the picture at its natural size, not cut. */
export function extent(pose: Pose, sprite: Sprite, picture: Size): [number, number, number, number] {
  const [a, b, c, d, e, f] = affineOf(pose, sprite, picture)
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  const { hull } = sprite
  for (let i = 0; i < hull.length; i += 2) {
    const x = a * hull[i]! + c * hull[i + 1]! + e
    const y = b * hull[i]! + d * hull[i + 1]! + f
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  return [left, top, right, bottom]
}

/** The box around those of the opaque pixels that are inside the picture. */
export function boxOf(pose: Pose, sprite: Sprite, picture: Size): Box {
  const { width, height } = picture
  const whole = extent(pose, sprite, picture)
  const isInside = whole[0] >= 0 && whole[1] >= 0 && whole[2] <= width && whole[3] <= height
  const [left, top, right, bottom] = isInside ? whole : extentInside(pose, sprite, picture)
  const fraction = (value: number, side: number): number => Math.min(1, Math.max(0, value / side))
  return [fraction(left, width), fraction(top, height), fraction(right, width), fraction(bottom, height)]
}

/** As `extent`, of the pixels whose middle lies inside the picture: what is cut off takes others with it. */
function extentInside(pose: Pose, sprite: Sprite, picture: Size): [number, number, number, number] {
  const [a, b, c, d, e, f] = affineOf(pose, sprite, picture)
  const { width, height } = sprite.levels[0]!
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let v = 0.5; v < height; v++)
    for (let u = 0.5; u < width; u++) {
      const x = a * u + c * v + e
      const y = b * u + d * v + f
      if (x < 0 || y < 0 || x >= picture.width || y >= picture.height || !isOpaque(sprite, u, v)) continue
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y)
    }
  const across = (Math.abs(a) + Math.abs(c)) / 2
  const down = (Math.abs(b) + Math.abs(d)) / 2
  return [left - across, top - down, right + across, bottom + down]
}

/** The mapping back. */
export function inverse([a, b, c, d, e, f]: Affine): Affine {
  const determinant = a * d - b * c
  const [ia, ib, ic, id] = [d / determinant, -b / determinant, -c / determinant, a / determinant]
  return [ia, ib, ic, id, -(ia * e + ic * f), -(ib * e + id * f)]
}
