// Which prompts a held-out scene is measured with: every task, and of questions every kind that the scene has.
import type { Random } from '../random.ts'
import { caption, detail } from './captions.ts'
import { ground, groundable, groundAbsent, name } from './grounding.ts'
import { plainText } from './plain-text.ts'
import { askQuestion, questionSegment } from './questions.ts'
import type { Reference } from './references.ts'
import { QUESTION_KINDS, type Segment, type View } from './segment.ts'

/** Referring expressions of a scene at the most. */
const REFERRING = 6
/** Phrases for absent things a scene. */
const ABSENT = 2

/** The prompts of a held-out scene, each once. */
export function heldOutSegments(view: View, random: Random): Segment[] {
  const segments = [
    ...[true, false].flatMap((grounded) => [caption(view, grounded), detail(view, grounded)]),
    ...oneEach(groundable.grounding(view), random).map((reference) => ground('grounding', reference)),
    ...random
      .shuffled(groundable.referring(view))
      .slice(0, REFERRING)
      .map((reference) => ground('referring', reference)),
    ...oneEach(groundable.groundingMany(view), random).map((reference) => ground('groundingMany', reference)),
    ...Array.from({ length: ABSENT }, () => groundAbsent(view, random)),
    ...view.things.map((thing) => name(thing)),
    ...QUESTION_KINDS.flatMap((kind) =>
      // Twice, in different words where the dice say so: with boxes and without.
      [true, false].flatMap((grounded) => {
        const question = askQuestion(kind, view, random)
        return question === undefined ? [] : [questionSegment(question, grounded)]
      }),
    ),
    plainText(random),
  ]
  return [...new Map(segments.map((segment) => [segment.prompt, segment])).values()]
}

/** One of the phrases for each thing, or each group of things. */
function oneEach(references: readonly Reference[], random: Random): Reference[] {
  const firsts = new Set(references.map(({ things }) => things[0]))
  return [...firsts].map((first) => random.pick(references.filter(({ things }) => things[0] === first)))
}
