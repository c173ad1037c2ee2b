// Questions that ask for things: all of them, the one at a place, the largest, the one beside another.
import type { Random } from '../random.ts'
import { boxCentre, DIRECTIONS } from '../relations.ts'
import type { Thing } from '../scene.ts'
import { withArticle } from '../things.ts'
import { listing } from './captions.ts'
import { ANSWER_WORDS, type Question } from './question.ts'
import { ASKED_DIRECTIONS, ASKED_PLACES, type AskedPlace, QUESTIONS } from './question-forms.ts'
import { onSide, standingOut } from './references.ts'
import { fill, type Part, single, type View } from './segment.ts'

const one = (thing: Thing): readonly Part[] => [{ phrase: withArticle(thing.name), things: [thing] }, '.']

/** "What is in the picture?": all of it, as captions say it. */
export function askEverything(view: View, random: Random): Question {
  return {
    kind: 'what',
    question: random.pick(QUESTIONS.everything),
    answer: () => (view.things.length === 0 ? [`${ANSWER_WORDS.nothing}.`] : [...listing(view), '.']),
  }
}

/** "What is on the left?": the thing that is farther left than all others by a margin. */
export function askAtPlace({ things }: View, random: Random): Question | undefined {
  for (const place of random.shuffled(Object.keys(ASKED_PLACES) as AskedPlace[])) {
    const thing = standingOut(things, place)
    // What is called "on the left" should not lie on the right of the middle, though all others lie farther right.
    if (thing === undefined || !isThereabouts(thing, place)) continue
    return whatIs(random, 'atPlace', { place: random.pick(ASKED_PLACES[place]) }, thing)
  }
  return undefined
}

function isThereabouts({ box }: Thing, place: AskedPlace): boolean {
  const [x, y] = boxCentre(box)
  return {
    left: x < 0.5,
    right: x > 0.5,
    top: y < 0.5,
    bottom: y > 0.5,
    middle: Math.abs(x - 0.5) < 0.15 && Math.abs(y - 0.5) < 0.25,
  }[place]
}

/** "What is the largest thing?", or the smallest, by a margin. */
export function askBySize({ things }: View, random: Random): Question | undefined {
  const sizes = random.shuffled([
    ['largest', standingOut(things, things.length === 2 ? 'larger' : 'largest')],
    ['smallest', standingOut(things, things.length === 2 ? 'smaller' : 'smallest')],
  ] as const)
  const [form, thing] = sizes.find(([, candidate]) => candidate !== undefined) ?? []
  return form && thing && whatIs(random, form, {}, thing)
}

/** "What is above the dog?": the only thing that is. */
export function askBeside(view: View, random: Random): Question | undefined {
  for (const thing of random.shuffled(single(view)))
    for (const direction of random.shuffled(DIRECTIONS)) {
      const others = view.things.filter((other) => other !== thing)
      const beside = onSide(thing, others, direction)
      if (beside === undefined) continue
      const words = { direction: random.pick(ASKED_DIRECTIONS[direction]), thing: thing.name }
      return whatIs(random, 'beside', words, beside)
    }
  return undefined
}

const whatIs = (
  random: Random,
  form: 'atPlace' | 'largest' | 'smallest' | 'beside',
  words: Readonly<Record<string, string>>,
  thing: Thing,
): Question => ({
  kind: 'what',
  question: fill(random.pick(QUESTIONS[form]), words),
  answer: () => one(thing),
})
