// A collage: a picture that is full of things, without anything said about it. A look at one teaches the names and the
// borders of eight times as many things as a scene does, most of them small, so that the training begins with these and
// has some beside the scenes to the end.
import { createBackground } from './background.ts'
import { shapeFor, standsOut } from './placement.ts'
import { boxOf, extent } from './pose.ts'
import { randomOf } from './random.ts'
import type { Scene, Thing } from './scene.ts'
import type { Sprites } from './sprites.ts'
import { KINDS } from './things.ts'

/** Pixels along each side of a collage. */
const SIDE = 256
/** How often a collage has 1, 2, ... rows and columns of things: with eight, a thing is as small as they get in scenes. */
const ROWS = [1, 2, 4, 6, 7, 7, 6, 4] as const
/** The share of the places that stay empty, at most. */
const EMPTY = 0.4
/** The longer side of a thing, as a multiple of its place's: the largest reach into their neighbours' places. */
const SIDES = [0.6, 1.15] as const
/** How far a thing may be from the middle of its place, as a fraction of the place's side. */
const AWAY = 0.2

/**
 * The collage of a seed.
 * @param seed - integer from 0 to 2^32 - 1
 * @param sprites - the drawings; those of its styles are taken, in equal parts
 */
export function createCollage(seed: number, sprites: Sprites): Scene {
  const random = randomOf(seed, 6)
  const background = createBackground(random)
  const picture = { width: SIDE, height: SIDE }
  const rows = random.weighted(ROWS) + 1
  const empty = random.between(0, EMPTY)
  const things: Thing[] = []
  for (let place = 0; place < rows ** 2; place++) {
    if (rows > 1 && random.chance(empty)) continue
    const kind = random.pick(KINDS)
    const drawing = random.pick(kind.drawings)
    const style = random.pick(sprites.styles)
    const sprite = sprites.get(style, drawing.icon)
    if (!standsOut(sprite, background)) continue
    const shape = shapeFor(random)
    const [left, top, right, bottom] = extent(shape, sprite, picture)
    const side = (random.between(...SIDES) * SIDE) / rows
    const along = (index: number): number => (index + 0.5 + random.between(-AWAY, AWAY)) / rows
    const pose = {
      ...shape,
      centre: [along(place % rows), along(Math.floor(place / rows))] as const,
      scale: side / Math.max(right - left, bottom - top),
    }
    things.push({ name: kind.name, drawing: drawing.icon, style, ...pose, box: boxOf(pose, sprite, picture) })
  }
  return { seed, ...picture, background, things }
}
