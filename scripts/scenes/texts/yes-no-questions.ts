// Questions whose answer is yes or no. What is so by too small a margin is not asked.
import type { Random } from '../random.ts'
import { boxCentre, clearDirection, OPPOSITE } from '../relations.ts'
import type { Thing } from '../scene.ts'
import { COLOURS, kindOf } from '../things.ts'
import { ANSWER_WORDS, coloured, type Question, sentence } from './question.ts'
import { ASKED_DIRECTIONS, type Edge, EDGES, QUESTIONS } from './question-forms.ts'
import { standingOut } from './references.ts'
import { fill, NUMBERS, single, type View } from './segment.ts'

const yesNo = (isSo: boolean, question: string, about: readonly Thing[]): Question => ({
  kind: 'yesNo',
  question,
  answer: sentence(isSo ? ANSWER_WORDS.yes : ANSWER_WORDS.no),
  about,
})

/** "Is the dog above the cat?", where it clearly is, or clearly is below. */
export function askIsBeside(view: View, random: Random): Question | undefined {
  const [thing, other] = random.shuffled(single(view))
  if (thing === undefined || other === undefined) return undefined
  const direction = clearDirection(other, thing)
  if (direction === undefined) return undefined
  const isSo = random.chance(0.5)
  const words = {
    thing: thing.name,
    other: other.name,
    direction: random.pick(ASKED_DIRECTIONS[isSo ? direction : OPPOSITE[direction]]),
  }
  return yesNo(isSo, fill(random.pick(QUESTIONS.isBeside), words), [thing, other])
}

/** "Is the dog larger than the cat?", where one of them is by a margin. */
export function askIsLarger(view: View, random: Random): Question | undefined {
  const [thing, other] = random.shuffled(single(view))
  if (thing === undefined || other === undefined) return undefined
  const larger = standingOut([thing, other], 'larger')
  if (larger === undefined) return undefined
  const asked = random.chance(0.5)
  const form = random.pick(asked ? QUESTIONS.isLarger : QUESTIONS.isSmaller)
  return yesNo((larger === thing) === asked, fill(form, { thing: thing.name, other: other.name }), [
    thing,
    other,
  ])
}

/** "Is the frog green?" */
export function askHasColor(view: View, random: Random): Question | undefined {
  const candidates = coloured(view)
  if (candidates.length === 0) return undefined
  const thing = random.pick(candidates)
  const isSo = random.chance(0.5)
  const asked = isSo ? thing.colour : random.pick(COLOURS.filter((other) => other !== thing.colour))
  return yesNo(isSo, fill(random.pick(QUESTIONS.hasColor), { thing: thing.name, colour: asked }), [thing])
}

/** How near to the picture's edge a centre is that clearly is on the left, and how far one that clearly is not. */
const CLEARLY_IN = 0.35
const CLEARLY_OUT = 0.6

/** "Is the dog on the left?", where it clearly is, or clearly is not. */
export function askIsAt(view: View, random: Random): Question | undefined {
  const candidates = single(view)
  if (candidates.length === 0) return undefined
  const thing = random.pick(candidates)
  const [x, y] = boxCentre(thing.box)
  const distances: Readonly<Record<Edge, number>> = { left: x, right: 1 - x, top: y, bottom: 1 - y }
  const wanted = random.chance(0.5)
  const edge = random
    .shuffled(Object.keys(EDGES) as Edge[])
    .find((side) => (wanted ? distances[side] < CLEARLY_IN : distances[side] > CLEARLY_OUT))
  if (edge === undefined) return undefined
  const words = { thing: thing.name, place: random.pick(EDGES[edge]) }
  return yesNo(wanted, fill(random.pick(QUESTIONS.isAt), words), [thing])
}

/** "Are there two dogs?", of which there are as many, or one more or less. */
export function askAreThere({ byName }: View, random: Random): Question | undefined {
  if (byName.size === 0) return undefined
  const several = [...byName].filter(([, things]) => things.length > 1)
  const [name, things] = random.pick(several.length > 0 && random.chance(0.8) ? several : [...byName])
  const { plural } = kindOf(name)
  const asked = Math.max(2, things.length + random.pick([-1, 0, 0, 1]))
  const number = NUMBERS[asked]
  if (number === undefined) return undefined
  return yesNo(
    asked === things.length,
    fill(random.pick(QUESTIONS.areThere), { number, things: plural }),
    things,
  )
}
