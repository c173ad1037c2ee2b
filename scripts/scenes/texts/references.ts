// Phrases that mean one thing or several things of a scene and no others.
import {
  boxArea,
  boxCentre,
  clearDirection,
  type Direction,
  DIRECTIONS,
  distance,
  farther,
  hasClearPlace,
  placeOf,
} from '../relations.ts'
import type { Thing } from '../scene.ts'
import { COLOURS } from '../things.ts'
import { fill, NUMBERS, single, type View } from './segment.ts'

/** A phrase and what it means. */
export interface Reference {
  readonly phrase: string
  readonly things: readonly Thing[]
}

/** How far a thing must be from the next one to be the one on the left, the right, at the top or the bottom. */
const PLACE_MARGIN = 0.1
/** How many times as large it must be to be the larger one. */
const SIZE_MARGIN = 1.5
/** How many times as far from the third the other one must be, for one to be next to it. */
const NEXT_MARGIN = 1.7

/** What a thing may stand out by among several, and the ways to say so. `{thing}` is the name, or "thing" for any. */
export const STANDING_OUT = {
  left: [
    'the {thing} on the left',
    'the left {thing}',
    'the {thing} on the left side',
    'the leftmost {thing}',
  ],
  right: [
    'the {thing} on the right',
    'the right {thing}',
    'the {thing} on the right side',
    'the rightmost {thing}',
  ],
  top: ['the {thing} at the top', 'the upper {thing}', 'the top {thing}', 'the highest {thing}'],
  bottom: ['the {thing} at the bottom', 'the lower {thing}', 'the bottom {thing}', 'the lowest {thing}'],
  larger: ['the larger {thing}', 'the bigger {thing}', 'the large {thing}', 'the big {thing}'],
  smaller: ['the smaller {thing}', 'the small {thing}', 'the little {thing}'],
  largest: ['the largest {thing}', 'the biggest {thing}'],
  smallest: ['the smallest {thing}', 'the tiniest {thing}'],
  middle: ['the {thing} in the middle', 'the middle {thing}', 'the {thing} in the center'],
} as const
/** What a thing may stand out by. */
export type Feature = keyof typeof STANDING_OUT

/** Ways to name a thing by its colour. */
export const BY_COLOUR = ['the {colour} {thing}', 'the {thing} that is {colour}'] as const
/** Ways to name a thing by the one that it is nearest to. */
export const BY_NEIGHBOUR = [
  'the {thing} next to the {other}',
  'the {thing} near the {other}',
  'the {thing} by the {other}',
  'the {thing} closest to the {other}',
] as const
/** Ways to name a thing by the side of another that it is on. */
export const BY_DIRECTION = [
  'the {thing} {direction} the {other}',
  'the {thing} that is {direction} the {other}',
] as const
/** The only thing of its kind may be called by its place too. */
export const BY_PLACE = ['the {thing} {place}'] as const
/** Any thing whatever. */
export const ANY = 'thing'

/** Ways to name all things of one kind. */
export const SEVERAL = [
  '{number} {things}',
  'the {number} {things}',
  'all {number} {things}',
  'the {things}',
  'all {things}',
  '{things}',
] as const
/** The same where the plural is as the singular, so that the number must be told. */
const NUMBERED = SEVERAL.slice(0, 3)

/** Ways to name the only thing of its kind. */
export const SINGLE = ['{a}', 'the {thing}'] as const

/** The thing that stands out by a feature among others, if one clearly does. */
export function standingOut(things: readonly Thing[], feature: Feature): Thing | undefined {
  const centre = (axis: 0 | 1) => (thing: Thing) => boxCentre(thing.box)[axis]
  const area = (thing: Thing): number => boxArea(thing.box)
  const two = things.length === 2
  const apart = (least: number, next: number): boolean => next - least >= PLACE_MARGIN
  switch (feature) {
    case 'left':
      return first(things, centre(0), apart)
    case 'right':
      return first(things, (thing) => -centre(0)(thing), apart)
    case 'top':
      return first(things, centre(1), apart)
    case 'bottom':
      return first(things, (thing) => -centre(1)(thing), apart)
    case 'larger':
    case 'largest':
      if (two !== (feature === 'larger')) return undefined
      return first(
        things,
        (thing) => 1 / area(thing),
        (a, b) => b >= SIZE_MARGIN * a,
      )
    case 'smaller':
    case 'smallest':
      if (two !== (feature === 'smaller')) return undefined
      return first(things, area, (a, b) => b >= SIZE_MARGIN * a)
    case 'middle':
      return middle(things)
  }
}

/** Of three things side by side the one in between. */
function middle(things: readonly Thing[]): Thing | undefined {
  if (things.length !== 3) return undefined
  const left = standingOut(things, 'left')
  const right = standingOut(things, 'right')
  return left && right && things.find((thing) => thing !== left && thing !== right)
}

/** The thing with the least value, if it is clearly less than the next one. */
function first(
  things: readonly Thing[],
  value: (thing: Thing) => number,
  isClear: (least: number, next: number) => boolean,
): Thing | undefined {
  const [least, next] = [...things].sort((a, b) => value(a) - value(b))
  return least && next && isClear(value(least), value(next)) ? least : undefined
}

/** All phrases for the things of which there is one. */
export const singleReferences = (view: View, article: (name: string) => string): Reference[] =>
  single(view).flatMap((thing) =>
    SINGLE.map((form) => ({
      phrase: fill(form, { a: article(thing.name), thing: thing.name }),
      things: [thing],
    })),
  )

/** For each kind of which there are several, the phrase that means any: the leftmost, which captions too call so. */
export const anyReferences = ({ byName }: View, article: (name: string) => string): Reference[] =>
  [...byName].flatMap(([name, things]) =>
    things.length < 2 ? [] : [{ phrase: article(name), things: things.slice(0, 1) }],
  )

/** All phrases for all things of a kind of which there are several. */
export function severalReferences({ byName }: View, plural: (name: string) => string): Reference[] {
  return [...byName].flatMap(([name, things]) => {
    if (things.length < 2) return []
    const forms = plural(name) === name ? NUMBERED : SEVERAL
    return forms.map((form) => ({
      phrase: fill(form, { number: NUMBERS[things.length]!, things: plural(name) }),
      things,
    }))
  })
}

/** All phrases that tell one thing from others, by place, size, colour, or what is beside it. */
export function distinguishingReferences(view: View): Reference[] {
  const amongAll = view.things.length < 2 ? [] : byFeature(view.things, ANY)
  const amongTheirs = [...view.byName].flatMap(([name, things]) =>
    things.length < 2
      ? []
      : [...byFeature(things, name), ...byColour(things, name), ...byNeighbour(view, things, name)],
  )
  return [...amongTheirs, ...byPlace(view), ...bySide(view), ...amongAll]
}

const byPlace = (view: View): Reference[] =>
  single(view)
    .filter(hasClearPlace)
    .flatMap((thing) =>
      BY_PLACE.map((form) => ({
        phrase: fill(form, { thing: thing.name, place: placeOf(thing) }),
        things: [thing],
      })),
    )

function byFeature(things: readonly Thing[], name: string): Reference[] {
  return Object.entries(STANDING_OUT).flatMap(([feature, forms]) => {
    const thing = standingOut(things, feature as Feature)
    return thing === undefined
      ? []
      : forms.map((form) => ({ phrase: fill(form, { thing: name }), things: [thing] }))
  })
}

function byColour(things: readonly Thing[], name: string): Reference[] {
  return COLOURS.flatMap((colour) => {
    const [thing, another] = things.filter((candidate) => candidate.colour === colour)
    if (thing === undefined || another !== undefined) return []
    return BY_COLOUR.map((form) => ({ phrase: fill(form, { colour, thing: name }), things: [thing] }))
  })
}

function byNeighbour(view: View, things: readonly Thing[], name: string): Reference[] {
  return single(view).flatMap((other) => {
    const thing = first(
      things,
      (candidate) => distance(candidate, other),
      (a, b) => b >= NEXT_MARGIN * a,
    )
    if (thing === undefined) return []
    return BY_NEIGHBOUR.map((form) => ({
      phrase: fill(form, { thing: name, other: other.name }),
      things: [thing],
    }))
  })
}

/** Things that lie clearly to one side of the only thing of another kind, while none of the same name does or might. */
function bySide(view: View): Reference[] {
  return single(view).flatMap((other) =>
    [...view.byName].flatMap(([name, things]) => {
      if (name === other.name) return []
      return DIRECTIONS.flatMap((direction) => {
        const thing = onSide(other, things, direction)
        if (thing === undefined) return []
        return BY_DIRECTION.map((form) => ({
          phrase: fill(form, { thing: name, direction, other: other.name }),
          things: [thing],
        }))
      })
    }),
  )
}

/**
 * The only one of some things that lies on a side of another; undefined if there is none, or if any of the rest lies
 * the least bit that way too.
 */
export function onSide(other: Thing, things: readonly Thing[], direction: Direction): Thing | undefined {
  const [thing, another] = things.filter((candidate) => farther(other, candidate, direction) > 0)
  return thing !== undefined && another === undefined && clearDirection(other, thing) === direction
    ? thing
    : undefined
}
