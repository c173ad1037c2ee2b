// Questions and their answers, all of them functions of the scene: what is not clear by a margin is not asked.
import type { Random } from '../random.ts'
import { hasClearPlace, placeOf } from '../relations.ts'
import { kindOf, withArticle } from '../things.ts'
import { askColorAbsent, askHowManyAbsent, askIsThereAbsent, askWhereAbsent } from './absent-questions.ts'
import { CAPTION_WORDS } from './captions.ts'
import { ANSWER_WORDS, type Asker, coloured, type Question, sentence } from './question.ts'
import { QUESTION_PROMPT, QUESTIONS } from './question-forms.ts'
import { fill, NUMBERS, type QuestionKind, type Segment, segment, single, type View } from './segment.ts'
import { askAtPlace, askBeside, askBySize, askEverything } from './what-questions.ts'
import { askAreThere, askHasColor, askIsAt, askIsBeside, askIsLarger } from './yes-no-questions.ts'

/** The kinds of question, each with its ways to draw one and how often each way is taken. */
const ASKERS: Readonly<Record<QuestionKind, readonly (readonly [share: number, ask: Asker])[]>> = {
  what: [
    [2, askEverything],
    [4, askAtPlace],
    [2, askBySize],
    [2, askBeside],
  ],
  where: [[1, askWhere]],
  howMany: [[1, askHowMany]],
  howManyOf: [[1, askHowManyOf]],
  isThere: [[1, askIsThere]],
  color: [[1, askColor]],
  yesNo: [
    [3, askIsBeside],
    [2, askIsLarger],
    [2, askHasColor],
    [2, askIsAt],
    [1, askAreThere],
  ],
  background: [
    [1, askBackgroundColor],
    [1, askBackground],
  ],
  absent: [
    [2, askWhereAbsent],
    [3, askIsThereAbsent],
    [2, askHowManyAbsent],
    [1, askColorAbsent],
  ],
}

/** Draws a question of a kind; undefined where the scene has none that is clear. */
export function askQuestion(kind: QuestionKind, view: View, random: Random): Question | undefined {
  const askers = ASKERS[kind]
  const first = random.weighted(askers.map(([share]) => share))
  for (let i = 0; i < askers.length; i++) {
    const question = askers[(first + i) % askers.length]![1](view, random)
    if (question !== undefined) return question
  }
  return undefined
}

/** A question as a prompt with its answer. */
export const questionSegment = (question: Question, grounded: boolean): Segment =>
  segment(
    { task: 'question', kind: question.kind },
    fill(QUESTION_PROMPT, { question: question.question }),
    grounded,
    question.answer(grounded),
    question.about,
  )

function askWhere(view: View, random: Random): Question | undefined {
  const clear = single(view).filter(hasClearPlace)
  if (clear.length === 0) return undefined
  const thing = random.pick(clear)
  return {
    kind: 'where',
    question: fill(random.pick(QUESTIONS.where), { thing: thing.name }),
    answer: () => [
      { phrase: `${CAPTION_WORDS.the} ${thing.name}`, things: [thing] },
      `${ANSWER_WORDS.is} ${placeOf(thing)}.`,
    ],
  }
}

function askHowMany({ things }: View, random: Random): Question {
  return {
    kind: 'howMany',
    question: random.pick(QUESTIONS.howMany),
    answer: sentence(` ${NUMBERS[things.length]!}`),
    about: things,
  }
}

function askHowManyOf({ byName }: View, random: Random): Question | undefined {
  if (byName.size === 0) return undefined
  const several = [...byName.keys()].filter((name) => byName.get(name)!.length > 1)
  const name = random.pick(several.length > 0 && random.chance(0.6) ? several : [...byName.keys()])
  const things = byName.get(name)!
  return {
    kind: 'howManyOf',
    question: fill(random.pick(QUESTIONS.howManyOf), { things: kindOf(name).plural }),
    answer: sentence(` ${NUMBERS[things.length]!}`),
    about: things,
  }
}

function askIsThere({ byName }: View, random: Random): Question | undefined {
  if (byName.size === 0) return undefined
  const [name, things] = random.pick([...byName])
  const phrase = things.length === 1 ? withArticle(name) : `${NUMBERS[things.length]!} ${kindOf(name).plural}`
  return {
    kind: 'isThere',
    question: fill(random.pick(QUESTIONS.isThere), { a: withArticle(name) }),
    answer: (grounded) =>
      grounded ? [`${ANSWER_WORDS.yes},`, { phrase, things }, '.'] : [`${ANSWER_WORDS.yes}.`],
    about: things,
  }
}

function askColor(view: View, random: Random): Question | undefined {
  const candidates = coloured(view)
  if (candidates.length === 0) return undefined
  const thing = random.pick(candidates)
  return {
    kind: 'color',
    question: fill(random.pick(QUESTIONS.color), { thing: thing.name }),
    answer: sentence(` ${thing.colour}`),
    about: [thing],
  }
}

function askBackgroundColor({ scene }: View, random: Random): Question | undefined {
  const { colour } = scene.background
  if (colour === undefined) return undefined
  return {
    kind: 'background',
    question: random.pick(QUESTIONS.backgroundColor),
    answer: sentence(` ${colour}`),
    about: [],
  }
}

function askBackground({ scene }: View, random: Random): Question {
  return {
    kind: 'background',
    question: random.pick(QUESTIONS.background),
    answer: sentence(` ${scene.background.words}`),
    about: [],
  }
}
