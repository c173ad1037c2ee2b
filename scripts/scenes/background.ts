// What is behind the things: plain colours, gradients, ground and sky, patterns, speckles. What it is and what it is
// called are decided here; `paint-background.ts` paints it.
import type { Random } from './random.ts'
import type { Colour } from './things.ts'

/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [red: number, green: number, blue: number]

/** The kinds of background, and how often each is taken. */
const PATTERNS = { plain: 30, gradient: 16, ground: 26, stripes: 8, dots: 6, checks: 6, speckles: 8 } as const
/** The name of a kind of background. */
export type Pattern = keyof typeof PATTERNS

/** A background. Lengths are fractions of the picture's shorter side. */
export interface Background {
  readonly pattern: Pattern
  /** What it is called: "blue", "a night sky over white snow", "striped blue and white". */
  readonly words: string
  /** The colour, where there is one and no more. */
  readonly colour?: Colour
  /** One colour or two; of ground and sky the sky is the first. */
  readonly rgb: readonly Rgb[]
  /** How much lighter or darker the far end is, as a factor of the colours; 1 for no shading. */
  readonly shading: number
  /** Direction of gradients, shading and stripes in radians; 0 is from left to right. */
  readonly angle: number
  /** Length of one stripe, check, speckle, or from dot to dot. */
  readonly period: number
  /** Where the ground begins, as a fraction of the height. */
  readonly horizon: number
  /** Standard deviation of the noise over all, in steps of 0 to 255. */
  readonly grain: number
  /** Seed of the speckles and the noise. */
  readonly seed: number
}

/** What each colour looks like as a background. */
export const PALETTE: Readonly<Record<Colour, Rgb>> = {
  black: [28, 28, 32],
  blue: [80, 140, 225],
  brown: [140, 98, 68],
  gray: [150, 150, 150],
  green: [95, 175, 95],
  orange: [240, 150, 75],
  pink: [245, 170, 200],
  purple: [150, 105, 195],
  red: [210, 70, 65],
  white: [246, 246, 246],
  yellow: [245, 220, 100],
}
/** The colours that a background may have. */
export const BACKGROUND_COLOURS = Object.keys(PALETTE) as readonly Colour[]

/** What may be above the horizon, with its article. */
export const SKIES: Readonly<Record<string, Rgb>> = {
  'a blue sky': [135, 195, 245],
  'an orange sky': [250, 180, 120],
  'a night sky': [30, 35, 75],
  'a gray sky': [175, 180, 188],
}
/** What may be below the horizon. */
export const GROUNDS: Readonly<Record<string, Rgb>> = {
  'green grass': [105, 175, 85],
  'yellow sand': [235, 210, 140],
  'white snow': [240, 245, 250],
  'a gray road': [122, 122, 126],
  'brown earth': [135, 100, 70],
  'blue water': [50, 110, 190],
}

/** The words of each kind of background, with its colours or parts in place of `{a}` and `{b}`. */
export const BACKGROUND_WORDS = {
  plain: '{a}',
  gradient: '{a} fading to {b}',
  ground: '{a} over {b}',
  stripes: 'striped {a} and {b}',
  dots: '{a} with {b} dots',
  checks: 'checked {a} and {b}',
  speckles: 'speckled {a} and {b}',
} as const satisfies Record<Pattern, string>

const JITTER = 12

/** Draws a background. */
export function createBackground(random: Random): Background {
  const pattern = (Object.keys(PATTERNS) as Pattern[])[random.weighted(Object.values(PATTERNS))]!
  const [a, b] = pattern === 'ground' ? groundAndSky(random) : twoColours(random, pattern)
  const axis = random.chance(0.6) ? Math.PI / 2 : 0
  return {
    pattern,
    words: BACKGROUND_WORDS[pattern].replace('{a}', a[0]).replace('{b}', b[0]),
    ...(pattern === 'plain' ? { colour: a[0] as Colour } : {}),
    rgb: (pattern === 'plain' ? [a] : [a, b]).map(([, rgb]) => jittered(random, rgb)),
    shading: random.chance(0.4) ? random.between(0.8, 1.15) : 1,
    // Gradients run along an axis, so that "fading to" has one order; stripes may lie at any angle.
    angle: pattern === 'stripes' ? random.between(0, Math.PI) : axis,
    period: random.between(0.05, 0.2),
    horizon: random.between(0.35, 0.75),
    grain: random.chance(0.35) ? random.between(1, 9) : 0,
    seed: random.integer(0, 2 ** 31 - 1),
  }
}

type Named = readonly [name: string, rgb: Rgb]

function groundAndSky(random: Random): [Named, Named] {
  return [random.pick(Object.entries(SKIES)), random.pick(Object.entries(GROUNDS))]
}

/** Two different colours; in alphabetical order where neither comes first in the picture. */
function twoColours(random: Random, pattern: Pattern): [Named, Named] {
  let [a, b] = random.shuffled(BACKGROUND_COLOURS) as [Colour, Colour]
  if (pattern !== 'gradient' && pattern !== 'dots' && a > b) [a, b] = [b, a]
  return [
    [a, PALETTE[a]],
    [b, PALETTE[b]],
  ]
}

function jittered(random: Random, rgb: Rgb): Rgb {
  const moved = (value: number): number =>
    Math.min(255, Math.max(0, Math.round(value + random.between(-JITTER, JITTER))))
  return [moved(rgb[0]), moved(rgb[1]), moved(rgb[2])]
}
