// Where a thing may be: its size, turn and place are drawn, and checked for how much of it and of others stays to be seen.
import type { Background } from './background.ts'
import type { Size } from './paint-background.ts'
import { affineOf, extent, inverse, type Pose } from './pose.ts'
import type { Random } from './random.ts'
import { boxArea, boxCentre, intersection } from './relations.ts'
import type { Thing } from './scene.ts'
import { isOpaque, type Sprite, type Sprites } from './sprites.ts'

/** Sides of things, as fractions of the picture's shorter side. */
const SMALLEST = 0.1
const LARGEST = 0.8
/** The least that a side of a box may be, as a fraction of the picture's own side: one and a half cells of the grid. */
const THINNEST = 1.5 / 32
/** The share of a thing that must lie inside the picture and not behind others, in plain and in crowded scenes. */
const VISIBLE = 0.92
const VISIBLE_CROWDED = 0.62
/** The share of a thing's width or height that may lie outside the picture. */
const MOST_OUTSIDE = 0.35
/** Degrees either way, and how much wider or higher than its drawing a thing may be. */
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
  const shape = shapeFor(random)
  const shorter = Math.min(picture.width, picture.height)
  const side = Math.max(SMALLEST, random.between(SMALLEST, LARGEST) * shrink) * shorter
  const [left, top, right, bottom] = extent(shape, sprite, picture)
  const scale = side / Math.max(right - left, bottom - top)
  const width = ((right - left) * scale) / picture.width
  const height = ((bottom - top) * scale) / picture.height
  const outside = crowded && random.chance(0.6) ? MOST_OUTSIDE : 0
  const along = (length: number): number => {
    const margin = length * (0.5 - outside)
    return random.between(margin, Math.max(margin, 1 - margin))
  }
  return { ...shape, scale, centre: [along(width), along(height)] }
}

/** Draws how a thing is stretched, flipped and turned; it is in the middle of the picture, at its drawing's size. */
export function shapeFor(random: Random): Pose {
  return {
    centre: [0.5, 0.5],
    scale: 1,
    stretch: random.chance(0.4) ? MOST_STRETCH ** random.between(-1, 1) : 1,
    flipped: random.chance(0.5),
    rotation: random.chance(0.5) ? random.between(-MOST_ROTATION, MOST_ROTATION) : 0,
  }
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
