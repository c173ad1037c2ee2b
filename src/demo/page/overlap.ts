// How well an answer's boxes lie over what is truly there.
import { boxIou } from '../../text/box-iou.ts'
import { kindOf } from '../../../scripts/scenes/things.ts'
import type { Box } from './box.ts'
import type { TrueThing } from './paint-scene.ts'

/** The thing that a box lies best over, and how well: intersection over union, 0 to 1. */
export interface Overlap {
  readonly thing: string
  readonly iou: number
}

/**
 * The best of the true boxes for one of an answer's; undefined where nothing is there at all. Things that the phrase
 * names come first, others only where it names none of those that are there.
 */
export function bestOverlap(phrase: string, box: Box, things: readonly TrueThing[]): Overlap | undefined {
  const words = ` ${phrase.toLowerCase()} `
  const meant = things.filter(({ name }) =>
    [name, kindOf(name).plural].some((word) => words.includes(` ${word} `)),
  )
  return (meant.length > 0 ? meant : things)
    .map(({ name, box: real }) => ({ thing: name, iou: boxIou(ordered(box), ordered(real)) }))
    .reduce<Overlap | undefined>(
      (best, one) => (best === undefined || one.iou > best.iou ? one : best),
      undefined,
    )
}

/** The corners in order, whichever the model wrote first. */
const ordered = ([x1, y1, x2, y2]: Box): [number, number, number, number] => [
  Math.min(x1, x2),
  Math.min(y1, y2),
  Math.max(x1, x2),
  Math.max(y1, y2),
]
