// Holds one answer against what should have come.
import {
  bestOverlap,
  type Box,
  boxOverlap,
  type Entity,
  gridBox,
  type ImageSize,
  matchThings,
  type NamedBox,
  sizeBand,
  type SizeBand,
  type ThingMatches,
} from '../../src/index.ts'
import type { Answered } from './ask.ts'

/** A thing of an answer: its box as written in cells, and the finer one. */
export interface FoundThing extends NamedBox {
  readonly finer: Box
}

/** How well one annotated thing was boxed; the overlaps are 0 where it was not. */
export interface BoxedThing {
  readonly band: SizeBand
  readonly iou: number
  readonly finerIou: number
  /** The overlap of its exact box, written in the grid and read back. */
  readonly ceiling: number
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
  const { question, prompt, text, entities, finer } = answered
  const found = findThings(entities, finer)
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
        boxedThing(box, question.picture, side, iou, boxOverlap(one.finer, box)),
      )
      const most = Math.max(found.length, things.length)
      const total = matches.matched.reduce((sum, { iou }) => sum + iou, 0)
      return { ...answered, ...rest, matches, boxed, quality: most === 0 ? 1 : total / most }
    }
    case 'phrase':
    case 'flickr30k': {
      const annotated = things.map(({ box }) => box)
      const own = findThings(...ofPhrase(prompt, entities, finer))
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

function findThings(entities: readonly Entity[], finer: readonly Entity[]): FoundThing[] {
  return entities.flatMap(([phrase, , boxes], entity) =>
    boxes.map((box, place) => ({
      name: phrase.replace(DETERMINER, ''),
      box,
      finer: finer[entity]![2][place]!,
    })),
  )
}

/**
 * The entities of the phrase that the prompt ends with: a model may go on to others, which are no answer to it. As in
 * KOSMOS-2's own evaluation (microsoft/unilm, kosmos-2/evaluation).
 */
function ofPhrase(
  prompt: string,
  entities: readonly Entity[],
  finer: readonly Entity[],
): [entities: readonly Entity[], finer: readonly Entity[]] {
  const phrase = /<phrase>([^<]*)<\/phrase>$/.exec(prompt)?.[1]?.trim()
  const own = ([name]: Entity): boolean => name === phrase
  return [entities.filter(own), finer.filter(own)]
}

/** The first box of an answer, beside the annotated one that it lies over best. */
function boxedPhrase(
  first: FoundThing | undefined,
  annotated: readonly Box[],
  picture: ImageSize,
  side: number,
): BoxedThing {
  if (first === undefined) return boxedThing(annotated[0]!, picture, side, 0, 0)
  const target = annotated.reduce((best, box) =>
    boxOverlap(first.box, box) > boxOverlap(first.box, best) ? box : best,
  )
  return boxedThing(target, picture, side, boxOverlap(first.box, target), boxOverlap(first.finer, target))
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

function boxedThing(box: Box, picture: ImageSize, side: number, iou: number, finerIou: number): BoxedThing {
  return { band: sizeBand(box, picture), iou, finerIou, ceiling: boxOverlap(gridBox(box, side), box) }
}
