// Questions and their answers, all of them functions of the scene: what is not clear by a margin is not asked.
import type { Random } from '../random.ts'
import { boxCentre, clearDirection, DIRECTIONS, hasClearPlace, OPPOSITE, placeOf } from '../relations.ts'
import type { Thing } from '../scene.ts'
import { type Colour, COLOURS, kindOf, withArticle } from '../things.ts'
import { CAPTION_WORDS, listing } from './captions.ts'
import { absentKind } from './grounding.ts'
import { ASKED_DIRECTIONS, type Edge, EDGES, QUESTION_PROMPT, QUESTIONS } from './question-forms.ts'
import { onSide, standingOut } from './references.ts'
import {
  fill,
  NUMBERS,
  type Part,
  type QuestionKind,
  type Segment,
  segment,
  single,
  type View,
} from './segment.ts'

/** What answers say beside names, numbers, colours and places. */
export const ANSWER_WORDS = {
  yes: ' yes',
  no: ' no',
  nothing: ' nothing',
  is: ' is',
  thereIsNo: ' there is no',
} as const

/** A question with its answer, before it is asked with or without boxes. */
export interface Question {
  readonly kind: QuestionKind
  readonly question: string
  readonly answer: (grounded: boolean) => readonly Part[]
  /** The things that are meant, if the answer does not mention them. */
  readonly about?: readonly Thing[]
}

/** Draws a question of a kind; undefined where the scene has none. */
type Asker = (view: View, random: Random) => Question | undefined

/** The kinds of question, each with its ways to draw one and how often each way is taken. */
const ASKERS: Readonly<Record<QuestionKind, readonly (readonly [share: number, ask: Asker])[]>> = {
  what: [
    [2, askEverything],
    [4, askAtEdge],
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
    [2, askAreThere],
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

const sentence =
  (words: string): (() => readonly Part[]) =>
  () => [`${words}.`]
const one = (thing: Thing): readonly Part[] => [{ phrase: withArticle(thing.name), things: [thing] }, '.']

function askEverything({ things }: View, random: Random): Question {
  return {
    kind: 'what',
    question: random.pick(QUESTIONS.everything),
    answer: () => (things.length === 0 ? [`${ANSWER_WORDS.nothing}.`] : [...listing(things), '.']),
  }
}

function askAtEdge({ things }: View, random: Random): Question | undefined {
  const edges = random.shuffled(Object.keys(EDGES) as Edge[])
  for (const edge of edges) {
    const thing = standingOut(things, edge)
    // What is called "on the left" should not lie on the right of the middle, though all others lie farther right.
    if (thing === undefined || !isInHalf(thing, edge)) continue
    return whatIs(random, 'atPlace', { place: random.pick(EDGES[edge]) }, thing)
  }
  return undefined
}

function isInHalf({ box }: Thing, edge: Edge): boolean {
  const [x, y] = boxCentre(box)
  return { left: x < 0.5, right: x > 0.5, top: y < 0.5, bottom: y > 0.5 }[edge]
}

function askBySize({ things }: View, random: Random): Question | undefined {
  const sizes = random.shuffled([
    ['largest', standingOut(things, things.length === 2 ? 'larger' : 'largest')],
    ['smallest', standingOut(things, things.length === 2 ? 'smaller' : 'smallest')],
  ] as const)
  const [form, thing] = sizes.find(([, candidate]) => candidate !== undefined) ?? []
  return form && thing && whatIs(random, form, {}, thing)
}

function askBeside(view: View, random: Random): Question | undefined {
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

/** The things of which all of one name have one colour. */
const coloured = ({ byName }: View): [colour: Colour, things: readonly Thing[]][] =>
  [...byName.values()].flatMap((things) => {
    const colour = things[0]!.colour
    return colour !== undefined && things.length === 1 ? [[colour, things]] : []
  })

function askColor(view: View, random: Random): Question | undefined {
  const candidates = coloured(view)
  if (candidates.length === 0) return undefined
  const [colour, things] = random.pick(candidates)
  return {
    kind: 'color',
    question: fill(random.pick(QUESTIONS.color), { thing: things[0]!.name }),
    answer: sentence(` ${colour}`),
    about: things,
  }
}

const yesNo = (isSo: boolean, question: string, about: readonly Thing[]): Question => ({
  kind: 'yesNo',
  question,
  answer: sentence(isSo ? ANSWER_WORDS.yes : ANSWER_WORDS.no),
  about,
})

/** Two different things of which there is one each. */
function twoSingles(view: View, random: Random): [Thing, Thing] | undefined {
  const [thing, other] = random.shuffled(single(view))
  return thing && other && [thing, other]
}

function askIsBeside(view: View, random: Random): Question | undefined {
  const pair = twoSingles(view, random)
  const direction = pair && clearDirection(pair[1], pair[0])
  if (direction === undefined) return undefined
  const isSo = random.chance(0.5)
  const words = {
    thing: pair![0].name,
    other: pair![1].name,
    direction: random.pick(ASKED_DIRECTIONS[isSo ? direction : OPPOSITE[direction]]),
  }
  return yesNo(isSo, fill(random.pick(QUESTIONS.isBeside), words), pair!)
}

function askIsLarger(view: View, random: Random): Question | undefined {
  const pair = twoSingles(view, random)
  if (pair === undefined) return undefined
  const larger = standingOut(pair, 'larger')
  if (larger === undefined) return undefined
  const asked = random.chance(0.5)
  const form = random.pick(asked ? QUESTIONS.isLarger : QUESTIONS.isSmaller)
  return yesNo((larger === pair[0]) === asked, fill(form, { thing: pair[0].name, other: pair[1].name }), pair)
}

function askHasColor(view: View, random: Random): Question | undefined {
  const candidates = coloured(view)
  if (candidates.length === 0) return undefined
  const [colour, things] = random.pick(candidates)
  const isSo = random.chance(0.5)
  const asked = isSo ? colour : random.pick(COLOURS.filter((other) => other !== colour))
  return yesNo(isSo, fill(random.pick(QUESTIONS.hasColor), { thing: things[0]!.name, colour: asked }), things)
}

/** How near to the picture's edge a centre is that clearly is on the left, and how far one that clearly is not. */
const CLEARLY_IN = 0.35
const CLEARLY_OUT = 0.6

function askIsAt(view: View, random: Random): Question | undefined {
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

function askAreThere({ byName }: View, random: Random): Question | undefined {
  if (byName.size === 0) return undefined
  const [name, things] = random.pick([...byName])
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

const absent = (question: string, answer: string): Question => ({
  kind: 'absent',
  question,
  answer: sentence(answer),
  about: [],
})

function askWhereAbsent(view: View, random: Random): Question {
  const { name } = absentKind(view, random)
  return absent(fill(random.pick(QUESTIONS.where), { thing: name }), `${ANSWER_WORDS.thereIsNo} ${name}`)
}

function askIsThereAbsent(view: View, random: Random): Question {
  const { name } = absentKind(view, random)
  return absent(fill(random.pick(QUESTIONS.isThere), { a: withArticle(name) }), ANSWER_WORDS.no)
}

function askHowManyAbsent(view: View, random: Random): Question {
  const { plural } = absentKind(view, random)
  return absent(fill(random.pick(QUESTIONS.howManyOf), { things: plural }), ` ${NUMBERS[0]}`)
}

function askColorAbsent(view: View, random: Random): Question {
  const { name } = absentKind(view, random)
  return absent(fill(random.pick(QUESTIONS.color), { thing: name }), `${ANSWER_WORDS.thereIsNo} ${name}`)
}
