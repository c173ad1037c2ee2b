// Which prompts a scene is trained with: about nine, from all tasks.
import type { Random } from '../random.ts'
import { withArticle } from '../things.ts'
import { caption, detail } from './captions.ts'
import { ground, groundable, groundAbsent, name, roughly } from './grounding.ts'
import { plainText } from './plain-text.ts'
import { askQuestion, questionSegment } from './questions.ts'
import { anyReferences } from './references.ts'
import { type QuestionKind, type Segment, type View } from './segment.ts'

/** How often each kind of question is asked. */
const QUESTION_SHARES: Readonly<Record<QuestionKind, number>> = {
  what: 4,
  where: 2,
  howMany: 2,
  howManyOf: 3,
  isThere: 2,
  color: 2,
  yesNo: 4,
  background: 2,
  absent: 4,
}

/**
 * The prompts of a scene, each at most once.
 * @param told - the order in which captions name the things
 */
export function trainingSegments(view: View, random: Random, told = view): Segment[] {
  const segments = [
    ...captions(told, random),
    ...groundings(view, random),
    ...namings(view, random),
    ...questions(view, random, view.things.length === 0 ? 5 : 3),
    ...(random.chance(0.15) ? [plainText(random)] : []),
  ]
  return [...new Map(segments.map((segment) => [segment.prompt, segment])).values()]
}

/** The share of scenes that are told out of turn, and of these that in which the early thing is early by one turn. */
const OUT_OF_TURN = 0.5
const BY_ONE = 0.7

/**
 * The view with one thing before its turn, in half of the scenes. A model that only ever saw the order kept goes on to
 * the right when it has passed a thing over, and never comes back, or names the last thing twice to make up the number.
 */
export function outOfTurn(view: View, random: Random): View {
  const { things } = view
  if (things.length < 2 || !random.chance(OUT_OF_TURN)) return view
  const turn = random.integer(0, things.length - 2)
  const of = random.chance(BY_ONE) ? turn + 1 : random.integer(turn + 1, things.length - 1)
  const early = things[of]!
  return {
    ...view,
    things: [...things.slice(0, turn), early, ...things.slice(turn, of), ...things.slice(of + 1)],
    early,
  }
}

function captions(view: View, random: Random): Segment[] {
  const main = random.chance(0.6) ? caption(view, true) : detail(view, true)
  if (!random.chance(0.35)) return [main]
  return [main, random.chance(0.6) ? caption(view, false) : detail(view, false)]
}

function groundings(view: View, random: Random): Segment[] {
  const some = (task: keyof typeof groundable, count: number): Segment[] =>
    distinct(random.shuffled(groundable[task](view)))
      .slice(0, count)
      .map((reference) => ground(task, reference))
  return [
    ...some('grounding', 2),
    ...some('referring', random.integer(1, 2)),
    ...some('groundingMany', 1),
    // Not measured, as each of them would be right: but the model should have one answer.
    ...anyReferences(view, withArticle)
      .filter(() => random.chance(0.3))
      .map((reference) => ground('grounding', reference)),
    ...(random.chance(view.things.length === 0 ? 1 : 0.6) ? [groundAbsent(view, random)] : []),
  ]
}

/** References to different things: two ways to say the same teach little. */
function distinct<T extends { readonly things: readonly unknown[] }>(references: readonly T[]): T[] {
  return [...new Map(references.map((reference) => [reference.things[0], reference])).values()]
}

function namings(view: View, random: Random): Segment[] {
  return random
    .shuffled(view.things)
    .slice(0, 2)
    .map((thing) => name(thing, random.chance(0.6) ? roughly(thing, random) : thing.box))
}

function questions(view: View, random: Random, count: number): Segment[] {
  const kinds = Object.keys(QUESTION_SHARES) as QuestionKind[]
  return Array.from({ length: count }, () => {
    const kind = kinds[random.weighted(Object.values(QUESTION_SHARES))]!
    return askQuestion(kind, view, random)
  }).flatMap((question) => (question === undefined ? [] : [questionSegment(question, random.chance(0.5))]))
}
