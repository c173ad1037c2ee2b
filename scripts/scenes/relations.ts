// How boxes lie to one another: what words for places, directions and sizes hang on. Everything is measured in
// fractions of the picture, and every word has a margin: inside it, it is neither right nor wrong.
import type { Box, Thing } from './scene.ts'

/** The middle of a box. */
export const boxCentre = ([x1, y1, x2, y2]: Box): readonly [x: number, y: number] => [
  (x1 + x2) / 2,
  (y1 + y2) / 2,
]

/** The area of a box, as a fraction of the picture's. */
export const boxArea = ([x1, y1, x2, y2]: Box): number => (x2 - x1) * (y2 - y1)

/** The area that two boxes share. */
export function intersection(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0])
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1])
  return width > 0 && height > 0 ? width * height : 0
}

/** Things from left to right by their centres: the order in which texts name them. */
export const leftToRight = <T extends Thing>(things: readonly T[]): T[] =>
  [...things].sort((a, b) => boxCentre(a.box)[0] - boxCentre(b.box)[0])

/** Between the lines of a picture's thirds or so: beyond these a thing is on the left or the right, top or bottom. */
const LOW = 0.38
const HIGH = 0.62
/** How far from these lines a centre must be for its place to be clear. */
const LINE_MARGIN = 0.025

/** The places of a picture, rows from the top and in each from the left. */
export const PLACES = [
  ['at the top left', 'at the top', 'at the top right'],
  ['on the left', 'in the middle', 'on the right'],
  ['at the bottom left', 'at the bottom', 'at the bottom right'],
] as const
/** One of the places. */
export type Place = (typeof PLACES)[number][number]

/** Where in the picture a thing is. */
export function placeOf({ box }: Thing): Place {
  const [x, y] = boxCentre(box)
  const third = (value: number): 0 | 1 | 2 => (value < LOW ? 0 : value > HIGH ? 2 : 1)
  return PLACES[third(y)][third(x)]
}

/** Whether the place of a thing is far from being another. */
export const hasClearPlace = ({ box }: Thing): boolean =>
  boxCentre(box).every((value) => [LOW, HIGH].every((line) => Math.abs(value - line) >= LINE_MARGIN))

/** The directions from one thing to another. */
export const DIRECTIONS = ['to the left of', 'to the right of', 'above', 'below'] as const
/** One of the directions. */
export type Direction = (typeof DIRECTIONS)[number]

/** The direction the other way. */
export const OPPOSITE: Readonly<Record<Direction, Direction>> = {
  'to the left of': 'to the right of',
  'to the right of': 'to the left of',
  above: 'below',
  below: 'above',
}

/** Where a thing is as seen from another: by the longer of the ways across and down between their centres. */
export function directionFrom(other: Thing, thing: Thing): Direction {
  const [dx, dy] = offset(other, thing)
  if (Math.abs(dx) >= Math.abs(dy)) return dx > 0 ? 'to the right of' : 'to the left of'
  return dy > 0 ? 'below' : 'above'
}

/** How much farther a thing lies in a direction than another; negative where it lies the other way. */
export function farther(other: Thing, thing: Thing, direction: Direction): number {
  const [dx, dy] = offset(other, thing)
  return { 'to the left of': -dx, 'to the right of': dx, above: -dy, below: dy }[direction]
}

/** How much longer one way must be than the other for a direction to be clear. */
const CLEARLY_LONGER = 1.5
/** How far apart centres must be for it. */
const CLEARLY_APART = 0.1

/** The direction from one thing to another, if there is no doubt about it. */
export function clearDirection(other: Thing, thing: Thing): Direction | undefined {
  const [shorter, longer] = ways(other, thing)
  return longer >= CLEARLY_APART && longer >= CLEARLY_LONGER * shorter
    ? directionFrom(other, thing)
    : undefined
}

/** How much longer one way must be for a description, which has to name some direction, to name one. */
const BARELY_LONGER = 1.12

/**
 * Whether a scene can be described without splitting hairs: the first thing has a clear place, and each next one a
 * direction from the one before.
 */
export function isPlain(things: readonly Thing[]): boolean {
  const ordered = leftToRight(things)
  return ordered.every((thing, i) => {
    if (i === 0) return hasClearPlace(thing)
    const [shorter, longer] = ways(ordered[i - 1]!, thing)
    return longer >= BARELY_LONGER * shorter
  })
}

function offset(from: Thing, to: Thing): readonly [number, number] {
  const [x, y] = boxCentre(from.box)
  const [toX, toY] = boxCentre(to.box)
  return [toX - x, toY - y]
}

function ways(a: Thing, b: Thing): [shorter: number, longer: number] {
  const [across, down] = offset(a, b).map(Math.abs) as [number, number]
  return [Math.min(across, down), Math.max(across, down)]
}

/** The distance between two centres. */
export const distance = (a: Thing, b: Thing): number => Math.hypot(...offset(a, b))
