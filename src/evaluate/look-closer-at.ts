// Closer looks at the boxes of an answer, for the figure of how well they box.
import { loadRgb } from '../image/load-image.ts'
import type { Asks } from '../tasks/answer.ts'
import { seekCloser } from '../tasks/look-closer.ts'
import type { Answered } from './answer-questions.ts'

/** The answer with the entities as closer looks at their finer boxes find them, where its boxes are measured. */
export async function lookCloserAt(
  asks: Asks,
  answered: Answered,
  signal: AbortSignal | undefined,
): Promise<Answered> {
  const { question, finer } = answered
  if (question.measure === 'text' || question.measure === 'absent') return answered
  const sought = finer.flatMap(([phrase, , boxes]) => boxes.map((box) => ({ phrase, box })))
  const picture = await loadRgb(question.picture.path, { signal })
  const found = (await seekCloser(asks, picture, sought, { signal })).values()
  return {
    ...answered,
    closer: finer.map(([phrase, span, boxes]) => [phrase, span, boxes.map(() => found.next().value!.box)]),
  }
}
