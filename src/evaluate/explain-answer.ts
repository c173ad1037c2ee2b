// What is wrong with one answer of an evaluation, in a sentence.
import { boxOverlap, isFound } from '../metrics/box-overlap.ts'
import type { ThingMatches } from '../metrics/match-things.ts'
import type { Judged } from './judge.ts'

/**
 * Says what is wrong with an answer of `evaluate`: which things were called something else, left out or made up, how far
 * a box is off, what the text should have been.
 * @returns a sentence, with the model's words in quotes; `It is right.` where nothing is wrong
 */
export function explainAnswer({ question, isExact, matches, boxed, entities }: Judged): string {
  const { measure, answer } = question
  if (measure === 'phrase' || measure === 'flickr30k')
    return explainPhrase(boxed[0]!.iou, entities.length > 0)
  if (measure === 'absent' && entities.length > 0) return 'It boxes what is not there.'
  const faults = matches === undefined ? [] : thingFaults(matches)
  if (faults.length > 0) return `It ${listed(faults)}.`
  return isExact === false ? `The right answer is "${answer!}"` : 'It is right.'
}

function explainPhrase(iou: number, hasBox: boolean): string {
  if (isFound(iou)) return 'It is right.'
  if (!hasBox) return 'It gives no box.'
  if (iou === 0) return 'Its box lies elsewhere.'
  return `Its box overlaps the right one by ${iou.toFixed(2)} only.`
}

/** Each to follow "It". */
function thingFaults({ matched, unmatched, missed }: ThingMatches): string[] {
  const madeUp = new Set(unmatched)
  const rough = matched
    .filter(({ iou }) => !isFound(iou))
    .map(({ annotated, iou }) => `boxes the ${annotated.name} with an overlap of ${iou.toFixed(2)} only`)
  const misnamed: string[] = []
  const leftOut: string[] = []
  for (const { name, box } of missed) {
    const instead = [...madeUp].find((found) => isFound(boxOverlap(found.box, box)))
    if (instead === undefined) leftOut.push(`the ${name}`)
    else {
      madeUp.delete(instead)
      misnamed.push(`says "${instead.name}" where the ${name} is`)
    }
  }
  const invented = [...madeUp].map(({ name }) => `"${name}"`)
  return [
    ...misnamed,
    ...rough,
    ...(leftOut.length > 0 ? [`leaves out ${listed(leftOut)}`] : []),
    ...(invented.length > 0 ? [`boxes ${listed(invented)} where there is none`] : []),
  ]
}

const listed = (parts: readonly string[]): string => new Intl.ListFormat('en').format(parts)
