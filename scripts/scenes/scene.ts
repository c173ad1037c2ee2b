// A scene: which things are where, how they are drawn, and what is behind them. The seed alone decides; `draw.ts`
// makes the pixels.
import { type Background, createBackground } from './background.ts'
import type { Size } from './paint-background.ts'
import { isFree, poseFor, standsOut } from './placement.ts'
import { boxOf, type Pose } from './pose.ts'
import { type Random, randomOf } from './random.ts'
import { isPlain } from './relations.ts'
import type { Sprites } from './sprites.ts'
import type { StyleName } from './styles.ts'
import { type Colour, type Drawing, isColourful, KINDS, type Kind } from './things.ts'

/** A box: left, top, right and bottom as fractions of the picture's width and height. */
export type Box = readonly [x1: number, y1: number, x2: number, y2: number]

/** A thing in a scene. */
export interface Thing extends Pose {
  /** The name of its kind. */
  readonly name: string
  /** The icon that draws it. */
  readonly drawing: string
  readonly style: StyleName
  /** Its colour, where the drawing has one that everybody would name. */
  readonly colour?: Colour
  /** What it takes up of the picture, cut at the picture's border; what lies in front of it takes nothing away. */
  readonly box: Box
}

/** A scene. Its width and height are the picture's shape and natural size in pixels. */
export interface Scene extends Size {
  readonly seed: number
  readonly background: Background
  /** From back to front. */
  readonly things: readonly Thing[]
}

/** Pixels along the longer side of a picture. */
const LONGER_SIDE = 256
/** How often a picture holds 0, 1, 2, ... things. */
const COUNTS = [4, 17, 24, 23, 16, 10, 6] as const
/** The same where a model is trained: it learns most from four things and more, as with fewer it soon errs no longer. */
export const TRAINING_COUNTS = [3, 8, 14, 20, 21, 20, 14] as const
/** Beginnings of a scene that may fail to please, before the last is taken with fewer things. */
const ATTEMPTS = 12
/** Places tried for a thing before it is left out. */
const PLACES = 40

/**
 * The scene of a seed.
 * @param seed - integer from 0 to 2^32 - 1
 * @param sprites - the drawings; those of its styles are taken, in equal parts
 * @param counts - how often a picture holds 0, 1, 2, ... things
 */
export function createScene(seed: number, sprites: Sprites, counts: readonly number[] = COUNTS): Scene {
  const random = randomOf(seed)
  const size = pictureSize(random)
  const background = createBackground(random)
  const count = random.weighted(counts)
  let things: Thing[] = []
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    things = placeThings(
      random,
      { ...size, background },
      chooseThings(random, sprites, background, count),
      sprites,
    )
    if (things.length === count && isPlain(things)) break
  }
  while (!isPlain(things)) things = things.slice(0, -1)
  return { seed, ...size, background, things }
}

/** Mostly between 3:4 and 4:3, some up to 1:2 and 2:1. */
function pictureSize(random: Random): Size {
  const limit = random.chance(0.2) ? 2 : 4 / 3
  const ratio = limit ** random.between(-1, 1)
  return ratio >= 1
    ? { width: LONGER_SIDE, height: Math.round(LONGER_SIDE / ratio) }
    : { width: Math.round(LONGER_SIDE * ratio), height: LONGER_SIDE }
}

/** A kind with the drawing chosen for one thing of it. */
interface Choice {
  readonly kind: Kind
  readonly drawing: Drawing
  readonly style: StyleName
}

/** Kinds that a background would hide or double. */
const CONFUSING: Readonly<Partial<Record<Background['pattern'], readonly string[]>>> = {
  dots: ['circle'],
}

function chooseThings(random: Random, sprites: Sprites, background: Background, count: number): Choice[] {
  const avoided = CONFUSING[background.pattern] ?? []
  const pool = KINDS.filter(({ name }) => !avoided.includes(name))
  const kinds: Kind[] = []
  while (kinds.length < count) {
    const kind = random.pick(pool)
    if (!kinds.includes(kind)) kinds.push(kind)
  }
  if (count >= 2 && random.chance(0.4)) {
    const colourful = pool.filter(isColourful)
    const kind = random.chance(0.3) ? random.pick(colourful) : kinds[0]!
    const copies = Math.min(count, 2 + random.weighted([62, 30, 8]))
    const others = kinds.filter((other) => other !== kind)
    kinds.splice(0, count, ...new Array<Kind>(copies).fill(kind), ...others.slice(0, count - copies))
  }
  const common = random.chance(0.6) ? random.pick(sprites.styles) : undefined
  return random.shuffled(kinds).map((kind) => ({
    kind,
    style: common ?? random.pick(sprites.styles),
    drawing: random.pick(kind.drawings),
  }))
}

/** Where the things go, one after the other; those for which no place is found are left out. */
function placeThings(
  random: Random,
  picture: Size & { readonly background: Background },
  choices: readonly Choice[],
  sprites: Sprites,
): Thing[] {
  const crowded = random.chance(0.4)
  const things: Thing[] = []
  for (const { kind, drawing, style } of choices) {
    const sprite = sprites.get(style, drawing.icon)
    if (!standsOut(sprite, picture.background)) continue
    for (let place = 0; place < PLACES; place++) {
      // A size is tried at several places; where it finds none, it gets smaller.
      const pose = poseFor(random, sprite, picture, 0.9 ** Math.floor(place / 4), crowded)
      const thing: Thing = {
        name: kind.name,
        drawing: drawing.icon,
        style,
        ...(drawing.colour === undefined ? {} : { colour: drawing.colour }),
        ...pose,
        box: boxOf(pose, sprite, picture),
      }
      if (!isFree(thing, things, sprites, picture, crowded)) continue
      things.push(thing)
      break
    }
  }
  return things
}
