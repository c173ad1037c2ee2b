// Where a thing may be: its size, turn and place, the box around it, and how much of it stays to be seen.
import type { Background } from './background.ts'
import type { Size } from './paint-background.ts'
import type { Random } from './random.ts'
import { boxArea, boxCentre, intersection } from './relations.ts'
import type { Box, Thing } from './scene.ts'
import { OPAQUE, type Sprite, type Sprites } from './sprites.ts'

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

/** Sides of things, as fractions of the picture's shorter side. */
const SMALLEST = 0.1
const LARGEST = 0.8
/** The least that a side of a box may be, as a fraction of the picture's own side: one and a half cells of the grid. */
const THINNEST = 1.5 / 32
/** The share of a thing that must lie inside the picture and not behind others, in plain and in crowded scenes. */
const VISIBLE = 0.92
const VISIBLE_CROWDED = 0.62
const MOST_ROTATION = 20
const MOST_STRETCH = 1.2

/**
 * Draws a pose for a sprite.
 * @param shrink - makes the size smaller by this factor, though never smaller than the smallest
 * @param crowded - whether it may reach beyond the picture's border
 */
export function poseFor(
  random: Random,
  sprite: Sprite,
  picture: Size,
  shrink: number,
  crowded: boolean,
): Pose {
  const shape = {
    centre: [0.5, 0.5] as const,
    scale: 1,
    stretch: random.chance(0.4) ? MOST_STRETCH ** random.between(-1, 1) : 1,
    flipped: random.chance(0.5),
    rotation: random.chance(0.5) ? random.between(-MOST_ROTATION, MOST_ROTATION) : 0,
  }
  const shorter = Math.min(picture.width, picture.height)
  const side = Math.max(SMALLEST, random.between(SMALLEST, LARGEST) * shrink) * shorter
  const [left, top, right, bottom] = extent(shape, sprite, picture)
  const scale = side / Math.max(right - left, bottom - top)
  const width = ((right - left) * scale) / picture.width
  const height = ((bottom - top) * scale) / picture.height
  const outside = crowded && random.chance(0.35) ? 0.35 : 0
  const along = (length: number): number => {
    const margin = length * (0.5 - outside)
    return random.between(margin, Math.max(margin, 1 - margin))
  }
  return { ...shape, scale, centre: [along(width), along(height)] }
}

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
function extent(pose: Pose, sprite: Sprite, picture: Size): [number, number, number, number] {
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

/** The box around what is inside the picture. */
export function boxOf(pose: Pose, sprite: Sprite, picture: Size): Box {
  const [left, top, right, bottom] = extent(pose, sprite, picture)
  const fraction = (value: number, side: number): number => Math.min(1, Math.max(0, value / side))
  return [
    fraction(left, picture.width),
    fraction(top, picture.height),
    fraction(right, picture.width),
    fraction(bottom, picture.height),
  ]
}

/** Whether a thing can be put in front of others: its box is no sliver, and of all of them enough can be seen. */
export function isFree(
  thing: Thing,
  others: readonly Thing[],
  sprites: Sprites,
  picture: Size,
  crowded: boolean,
): boolean {
  const [x1, y1, x2, y2] = thing.box
  if (x2 - x1 < THINNEST || y2 - y1 < THINNEST) return false
  if (others.some((other) => coincide(thing, other))) return false
  const together = [...others, thing]
  const least = crowded ? VISIBLE_CROWDED : VISIBLE
  return together.every(
    (behind, i) =>
      (behind !== thing && intersection(behind.box, thing.box) === 0) ||
      visibleShare(behind, together.slice(i + 1), sprites, picture) >= least,
  )
}

/** Whether two things cannot be told apart by place: of one name almost in one place, or one above the other's centre. */
function coincide(a: Thing, b: Thing): boolean {
  const [ax, ay] = boxCentre(a.box)
  const [bx, by] = boxCentre(b.box)
  if (Math.abs(ax - bx) < CLOSEST) return true
  if (a.name !== b.name) return false
  const smaller = Math.min(boxArea(a.box), boxArea(b.box))
  return Math.max(Math.abs(ax - bx), Math.abs(ay - by)) < APART || intersection(a.box, b.box) > 0.25 * smaller
}

/** Centres differ by this from left to right, as captions name things in that order. */
const CLOSEST = 0.02
/** Centres of things of one name differ by this in one direction. */
const APART = 0.12
/** Points along each side of a sprite at which its visibility is looked at. */
const POINTS = 12

/** The share of a thing's opaque pixels that lie inside the picture and not behind one of those in front. */
export function visibleShare(
  thing: Thing,
  inFront: readonly Thing[],
  sprites: Sprites,
  picture: Size,
): number {
  const sprite = sprites.get(thing.style, thing.drawing)
  const [a, b, c, d, e, f] = affineOf(thing, sprite, picture)
  const covers = inFront.map((other) => {
    const cover = sprites.get(other.style, other.drawing)
    return { sprite: cover, inverse: inverse(affineOf(other, cover, picture)) }
  })
  const { width, height } = sprite.levels[0]!
  let all = 0
  let visible = 0
  for (let j = 0; j < POINTS; j++)
    for (let i = 0; i < POINTS; i++) {
      const u = ((i + 0.5) * width) / POINTS
      const v = ((j + 0.5) * height) / POINTS
      if (!isOpaque(sprite, u, v)) continue
      all++
      const x = a * u + c * v + e
      const y = b * u + d * v + f
      if (x < 0 || y < 0 || x >= picture.width || y >= picture.height) continue
      if (
        !covers.some(({ sprite: cover, inverse: [ia, ib, ic, id, ie, jf] }) =>
          isOpaque(cover, ia * x + ic * y + ie, ib * x + id * y + jf),
        )
      )
        visible++
    }
  return all === 0 ? 0 : visible / all
}

function isOpaque(sprite: Sprite, u: number, v: number): boolean {
  const { width, height, pixels } = sprite.levels[0]!
  if (u < 0 || v < 0 || u >= width || v >= height) return false
  return pixels[(Math.floor(v) * width + Math.floor(u)) * 4 + 3]! >= OPAQUE
}

/** The mapping back. */
export function inverse([a, b, c, d, e, f]: Affine): Affine {
  const determinant = a * d - b * c
  const [ia, ib, ic, id] = [d / determinant, -b / determinant, -c / determinant, a / determinant]
  return [ia, ib, ic, id, -(ia * e + ic * f), -(ib * e + id * f)]
}

/** A colour differs from another when one channel does by this much. */
const DIFFERENT = 48
/** The share of a drawing that must differ from each colour behind it. */
const STANDING_OUT = 0.4

/** Whether enough of a drawing differs from every colour of the background. */
export function standsOut({ samples }: Sprite, { rgb, shading }: Background): boolean {
  return [1, shading].every((light) =>
    rgb.every((colour) => {
      let different = 0
      for (let i = 0; i < samples.length; i += 3) {
        const distance = Math.max(...colour.map((value, c) => Math.abs(value * light - samples[i + c]!)))
        if (distance >= DIFFERENT) different++
      }
      return different >= (STANDING_OUT * samples.length) / 3
    }),
  )
}
