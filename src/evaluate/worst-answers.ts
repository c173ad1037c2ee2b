// The answers of an evaluation that went most wrong.
import { invalidRange } from '../errors.ts'
import { groupBy } from './group-by.ts'
import type { Judged } from './judge.ts'

/**
 * The answers that are not all right, task by task, the worst of each first.
 * @param most - how many of each task at most, integer from 1
 */
export function worstAnswers(answers: readonly Judged[], most: number): Judged[] {
  if (!Number.isSafeInteger(most) || most < 1) throw invalidRange('most', 'integer from 1', most)
  return groupBy(answers, ({ question }) => question.task).flatMap((own) =>
    own
      .filter(({ quality, isExact }) => quality < 0.5 || isExact === false)
      .toSorted((a, b) => a.quality - b.quality)
      .slice(0, most),
  )
}
