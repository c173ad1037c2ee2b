// What is wrong with one answer of an evaluation, in a sentence.
import { boxOverlap } from '../metrics/box-overlap.ts'
import type { ThingMatches } from '../metrics/match-things.ts'
import type { Judged } from './judge.ts'

/** From this overlap (IoU) on a box counts as that of a thing. */
const FOUND = 0.5

/**
 * Says what is wrong with an answer of `evaluate`: which things were called something else, left out or made up, how far
 * a box is off, what the text should have been.
 * @returns a sentence, with the model's words in quotes; `It is right.` where nothing is wrong
 */
export function explainAnswer({ question, isExact, matches, boxed, entities }: Judged): string {
  const { measure, answer } = question
  if (matches !== undefined) return explainThings(matches)
  if (measure === 'absent' && entities.length > 0) return 'It boxes what is not there.'
  if (isExact !== undefined) return isExact ? 'It is right.' : `Right is "${answer!}"`
  const iou = boxed[0]?.iou ?? 0
  if (iou >= FOUND) return 'It is right.'
  return iou === 0
    ? 'It has no box where the thing is.'
    : `Its box overlaps the right one by ${iou.toFixed(2)} only.`
}

function explainThings({ matched, unmatched, missed }: ThingMatches): string {
  const madeUp = new Set(unmatched)
  const rough = matched
    .filter(({ iou }) => iou < FOUND)
    .map(({ annotated, iou }) => `boxes the ${annotated.name} with an overlap of ${iou.toFixed(2)} only`)
  const misnamed: string[] = []
  const leftOut: string[] = []
  for (const { name, box } of missed) {
    const instead = [...madeUp].find((found) => boxOverlap(found.box, box) >= FOUND)
    if (instead === undefined) leftOut.push(`the ${name}`)
    else {
      madeUp.delete(instead)
      misnamed.push(`says "${instead.name}" where the ${name} is`)
    }
  }
  const faults = [
    ...misnamed,
    ...rough,
    ...(leftOut.length > 0 ? [`leaves out ${listed(leftOut)}`] : []),
    ...(madeUp.size > 0
      ? [`boxes ${listed([...madeUp].map(({ name }) => `"${name}"`))} where there is none`]
      : []),
  ]
  return faults.length === 0 ? 'It is right.' : `It ${listed(faults)}.`
}

const listed = (parts: readonly string[]): string => new Intl.ListFormat('en').format(parts)
