// Holds one answer against what should have come.
import type { CornerMaps } from '../generate/boxes/corner-maps.ts'
import type { KnownCorner } from '../generate/boxes/temperature.ts'
import { boxOverlap } from '../metrics/box-overlap.ts'
import { gridCells } from '../metrics/grid-box.ts'
import { matchThings, type NamedBox, type ThingMatches } from '../metrics/match-things.ts'
import { bestOverlap } from '../metrics/phrase-recall.ts'
import { sizeBand, type SizeBand } from '../metrics/size-bands.ts'
import type { Box } from '../text/box-iou.ts'
import { type ImageSize, patch_index_to_coordinate } from '../text/boxes.ts'
import type { Answered } from './answer-questions.ts'

/** A thing of an answer: its box as written in cells, the finer one, and that of closer looks or, without them, the finer one again. */
export interface FoundThing extends NamedBox {
  readonly finer: Box
  readonly closer: Box
  /** What the model held of every cell, where it is kept. */
  readonly maps: CornerMaps | undefined
}

/** How well one annotated thing was boxed; the overlaps are 0 where it was not. */
export interface BoxedThing {
  readonly band: SizeBand
  readonly iou: number
  readonly finerIou: number
  /** After closer looks; without them as `finerIou`. */
  readonly closerIou: number
  /** The overlap of its exact box, written in the grid and read back. */
  readonly ceiling: number
  /** What the model held of the two corners, and the cells that they are in; none where that is not kept. */
  readonly corners: readonly KnownCorner[]
}

export interface Judged extends Answered {
  /** Whether the text is exactly the right one; undefined where there is none to compare with. */
  readonly isExact: boolean | undefined
  /** For things and boxes. */
  readonly matches: ThingMatches<FoundThing> | undefined
  /** The annotated things that overlaps are counted for: those that the answer names, or the one of a phrase. */
  readonly boxed: readonly BoxedThing[]
  /** The largest overlaps of the boxes of a phrase, by protocol and how many of its boxes count. */
  readonly overlaps: Readonly<Record<string, number>>
  /** How good the answer is, 0..1, to find the worst. */
  readonly quality: number
}

/** The words before a name that say which or how many. */
const DETERMINER = /^(?:an?|another|the|one|two|three|four|five|six) /i
/** Protocols of Flickr30k Entities, and how many boxes of an answer are looked at. */
const FLICKR30K_RECALLS = (['any-box', 'merged-boxes'] as const).flatMap((protocol) =>
  [1, 5, 10].map((top) => [protocol, top] as const),
)

/** @param side - cells along each side of the model's grid */
export function judge(answered: Answered, side: number): Judged {
  const { question, text } = answered
  const found = findThings(answered)
  const { measure, things } = question
  const isExact = question.answer === undefined ? undefined : text === question.answer
  const rest = { isExact, matches: undefined, boxed: [], overlaps: {} }
  switch (measure) {
    case 'text':
      return { ...answered, ...rest, quality: Number(isExact) }
    case 'absent': {
      const isRecognised = isExact !== false && found.length === 0
      return { ...answered, ...rest, isExact: isRecognised, quality: Number(isRecognised) }
    }
    case 'things':
    case 'boxes': {
      const matches = matchThings(found, things, { sameName: measure === 'things' })
      const boxed = matches.matched.map(({ found: one, annotated: { box }, iou }) =>
        boxedThing(box, question.picture, side, one, iou),
      )
      const most = Math.max(found.length, things.length)
      const total = matches.matched.reduce((sum, { iou }) => sum + iou, 0)
      return { ...answered, ...rest, matches, boxed, quality: most === 0 ? 1 : total / most }
    }
    case 'phrase':
    case 'flickr30k': {
      const annotated = things.map(({ box }) => box)
      const own = ofPhrase(answered)
      const boxed = boxedPhrase(own[0], annotated, question.picture, side)
      return {
        ...answered,
        ...rest,
        boxed: [boxed],
        overlaps: measure === 'phrase' ? {} : flickr30kOverlaps(own, annotated),
        quality: boxed.iou,
      }
    }
  }
}

function findThings(
  { entities, finer, closer, maps }: Answered,
  isOwn: (phrase: string) => boolean = () => true,
): FoundThing[] {
  return entities.flatMap(([phrase, , boxes], entity) =>
    boxes
      .map((box, place) => ({
        name: phrase.replace(DETERMINER, ''),
        box,
        finer: finer[entity]![2][place]!,
        closer: (closer ?? finer)[entity]![2][place]!,
        maps: maps[entity]?.[place],
      }))
      .filter(() => isOwn(phrase)),
  )
}

/**
 * The boxes of the phrase that the prompt ends with: a model may go on to others, which are no answer to it. As in
 * KOSMOS-2's own evaluation (microsoft/unilm, kosmos-2/evaluation).
 */
function ofPhrase(answered: Answered): FoundThing[] {
  const asked = /<phrase>([^<]*)<\/phrase>$/.exec(answered.prompt)?.[1]?.trim()
  return findThings(answered, (phrase) => phrase === asked)
}

/** The first box of an answer, beside the annotated one that it lies over best. */
function boxedPhrase(
  first: FoundThing | undefined,
  annotated: readonly Box[],
  picture: ImageSize,
  side: number,
): BoxedThing {
  if (first === undefined) return boxedThing(annotated[0]!, picture, side)
  const target = annotated.reduce((best, box) =>
    boxOverlap(first.box, box) > boxOverlap(first.box, best) ? box : best,
  )
  return boxedThing(target, picture, side, first, boxOverlap(first.box, target))
}

function flickr30kOverlaps(found: readonly FoundThing[], annotated: readonly Box[]): Record<string, number> {
  const written = found.map(({ box }) => box)
  return Object.fromEntries(
    FLICKR30K_RECALLS.map(([protocol, top]) => [
      `R@${top}, ${protocol}`,
      bestOverlap(written, annotated, protocol, top),
    ]),
  )
}

/** @param found - what boxes it, if anything, and by how much */
function boxedThing(box: Box, picture: ImageSize, side: number, found?: FoundThing, iou = 0): BoxedThing {
  const cells = gridCells(box, side)
  const maps = found?.maps
  return {
    band: sizeBand(box, picture),
    iou,
    finerIou: found === undefined ? 0 : boxOverlap(found.finer, box),
    closerIou: found === undefined ? 0 : boxOverlap(found.closer, box),
    ceiling: boxOverlap(patch_index_to_coordinate(...cells, side), box),
    corners:
      maps === undefined
        ? []
        : [
            { map: maps.upperLeft, cell: cells[0] },
            { map: maps.lowerRight, cell: cells[1] },
          ],
  }
}
