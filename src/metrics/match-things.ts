// Which thing of an answer is which annotated thing: names equal, one to one, the best overlaps first.
import type { Box } from '../text/box-iou.ts'
import { boxOverlap } from './box-overlap.ts'

/** A thing and where it is. */
export interface NamedBox {
  readonly name: string
  /** x1, y1, x2, y2, in one unit for all that are compared. */
  readonly box: Box
}

/** One thing of the answer and the annotated thing that it is. */
export interface MatchedThing<Found extends NamedBox = NamedBox, Annotated extends NamedBox = NamedBox> {
  readonly found: Found
  readonly annotated: Annotated
  /** 0..1; a name said right with its box elsewhere is matched too, with little or 0. */
  readonly iou: number
}

export interface ThingMatches<Found extends NamedBox = NamedBox, Annotated extends NamedBox = NamedBox> {
  readonly matched: readonly MatchedThing<Found, Annotated>[]
  /** Things of the answer that are none of the annotated ones. */
  readonly unmatched: readonly Found[]
  /** Annotated things that the answer leaves out. */
  readonly missed: readonly Annotated[]
}

/**
 * Matches the things of an answer with the annotated ones. Of all pairs of one name that with the largest overlap is
 * taken first, then the next among those left; between equal ones the order of the lists decides.
 * @param sameName - whether names must be equal; where a phrase was given, there are only boxes to compare. Default true
 */
export function matchThings<Found extends NamedBox, Annotated extends NamedBox>(
  found: readonly Found[],
  annotated: readonly Annotated[],
  { sameName = true }: { readonly sameName?: boolean } = {},
): ThingMatches<Found, Annotated> {
  const pairs = found.flatMap((one, from) =>
    annotated.flatMap((other, to) =>
      sameName && other.name !== one.name
        ? []
        : [{ from, to, match: { found: one, annotated: other, iou: boxOverlap(one.box, other.box) } }],
    ),
  )
  // By place: a list may hold the same thing twice.
  const [takenFound, takenAnnotated] = [new Set<number>(), new Set<number>()]
  const matched = pairs
    .toSorted((a, b) => b.match.iou - a.match.iou)
    .flatMap(({ from, to, match }) => {
      if (takenFound.has(from) || takenAnnotated.has(to)) return []
      takenFound.add(from)
      takenAnnotated.add(to)
      return [match]
    })
  return {
    matched,
    unmatched: found.filter((_, place) => !takenFound.has(place)),
    missed: annotated.filter((_, place) => !takenAnnotated.has(place)),
  }
}
