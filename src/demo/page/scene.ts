// A scene that a person makes of stickers: what is where, and the boxes that are therefore true.
import {
  type Background,
  BACKGROUND_WORDS,
  GROUNDS,
  PALETTE,
  type Pattern,
  type Rgb,
  SKIES,
} from '../../../scripts/scenes/background.ts'
import { KINDS } from '../../../scripts/scenes/things.ts'
import type { Point } from './box.ts'

/** A sticker on a scene. */
export interface Sticker {
  /** Tells it from the others of its scene. */
  readonly key: number
  /** What it shows, as the model knows it. */
  readonly name: string
  /** Which drawing shows it. */
  readonly icon: string
  /** Its middle, in fractions of the picture. */
  readonly centre: Point
  /** Its longer side, as a fraction of the picture's side. */
  readonly size: number
  /** Whether left and right are exchanged. */
  readonly flipped: boolean
}

/** A scene: always a square, as the model sees every picture as one. */
export interface Scene {
  readonly background: string
  /** From back to front. */
  readonly stickers: readonly Sticker[]
}

/** Side of a scene's picture in pixels. */
export const SCENE_SIDE = 512
/** How many stickers one scene can hold. */
export const MOST_STICKERS = 12
/** The least and the greatest size of a sticker. */
export const SIZES = [0.08, 0.9] as const

/** Every drawing that the model was taught, with what it shows. */
export const DRAWINGS: readonly { readonly name: string; readonly icon: string; readonly group: string }[] =
  KINDS.flatMap(({ name, category, drawings }) =>
    drawings.map(({ icon }) => ({ name, icon, group: category ?? 'other things' })),
  )

const plain = (pattern: Pattern, words: string, rgb: readonly Rgb[]): Background => ({
  pattern,
  words,
  rgb,
  shading: 1,
  angle: pattern === 'stripes' ? Math.PI / 4 : Math.PI / 2,
  period: 0.12,
  horizon: 0.6,
  grain: 0,
  seed: 1,
})

const {
  white: WHITE,
  blue: BLUE,
  green: GREEN,
  yellow: YELLOW,
  pink: PINK,
  purple: PURPLE,
  gray: GRAY,
} = PALETTE

const OUTDOORS = [
  ['a blue sky', 'green grass'],
  ['a blue sky', 'yellow sand'],
  ['a night sky', 'white snow'],
  ['an orange sky', 'blue water'],
  ['a gray sky', 'a gray road'],
] as const

/** The backgrounds to choose from, by what the model calls them. */
export const BACKGROUNDS: ReadonlyMap<string, Background> = new Map(
  [
    ...OUTDOORS.map(([sky, ground]) =>
      plain('ground', named('ground', sky, ground), [SKIES[sky]!, GROUNDS[ground]!]),
    ),
    plain('plain', 'white', [WHITE]),
    plain('plain', 'blue', [BLUE]),
    plain('plain', 'green', [GREEN]),
    plain('plain', 'yellow', [YELLOW]),
    plain('plain', 'gray', [GRAY]),
    plain('gradient', named('gradient', 'blue', 'pink'), [BLUE, PINK]),
    plain('gradient', named('gradient', 'yellow', 'purple'), [YELLOW, PURPLE]),
    plain('stripes', named('stripes', 'blue', 'white'), [BLUE, WHITE]),
    plain('checks', named('checks', 'gray', 'white'), [GRAY, WHITE]),
    plain('dots', named('dots', 'green', 'yellow'), [GREEN, YELLOW]),
  ].map((background) => [background.words, background]),
)

function named(pattern: Pattern, a: string, b: string): string {
  return BACKGROUND_WORDS[pattern].replace('{a}', a).replace('{b}', b)
}

/** Grass under a blue sky, with nothing on it. */
export const EMPTY_SCENE: Scene = { background: named('ground', ...OUTDOORS[0]), stickers: [] }

/** A scene with one more sticker, in the middle of the largest gap between those that are there. */
export function withSticker(scene: Scene, name: string, icon: string): Scene {
  if (scene.stickers.length >= MOST_STICKERS) return scene
  const key = 1 + Math.max(0, ...scene.stickers.map((sticker) => sticker.key))
  const sticker = { key, name, icon, centre: freePlace(scene), size: 0.28, flipped: false }
  return { ...scene, stickers: [...scene.stickers, sticker] }
}

function freePlace({ stickers }: Scene): Point {
  const room = ([x, y]: Point): number =>
    Math.min(2, ...stickers.map(({ centre, size }) => Math.hypot(x - centre[0], y - centre[1]) - size / 2))
  // From the middle outwards, so that the first sticker stands there.
  const places = [0.5, 0.2, 0.8].flatMap((y) => [0.5, 0.2, 0.8].map((x): Point => [x, y]))
  return places.reduce((best, place) => (room(place) > room(best) + 1e-9 ? place : best))
}

/** A scene with one sticker changed; its middle stays in the picture, and its size within SIZES. */
export function changeSticker(scene: Scene, key: number, change: Partial<Omit<Sticker, 'key'>>): Scene {
  return {
    ...scene,
    stickers: scene.stickers.map((sticker) => {
      if (sticker.key !== key) return sticker
      const { centre, size, ...rest } = { ...sticker, ...change }
      const inside = (value: number): number => Math.min(1, Math.max(0, value))
      return {
        ...rest,
        centre: [inside(centre[0]), inside(centre[1])] as const,
        size: Math.min(SIZES[1], Math.max(SIZES[0], size)),
      }
    }),
  }
}

/** A scene without one sticker. */
export const withoutSticker = (scene: Scene, key: number): Scene => ({
  ...scene,
  stickers: scene.stickers.filter((sticker) => sticker.key !== key),
})

/** A scene with one sticker before all others. */
export function toFront(scene: Scene, key: number): Scene {
  const sticker = scene.stickers.find((one) => one.key === key)
  return sticker === undefined
    ? scene
    : { ...scene, stickers: [...withoutSticker(scene, key).stickers, sticker] }
}

/** Whether a value from storage is a scene whose drawings and background are known. */
export function isScene(value: unknown): value is Scene {
  if (typeof value !== 'object' || value === null) return false
  const { background, stickers } = value as Partial<Scene>
  return (
    typeof background === 'string' &&
    BACKGROUNDS.has(background) &&
    Array.isArray(stickers) &&
    (stickers as Sticker[]).every(({ icon }) => DRAWINGS.some((drawing) => drawing.icon === icon))
  )
}
