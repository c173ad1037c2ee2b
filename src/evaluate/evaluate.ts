// How good a model is on pictures whose right answers are known: every question asked, every answer judged, and the
// figures of each task.
import { invalidRange, invalidType, rejectUnknownOptions } from '../errors.ts'
import { patchVocabulary } from '../generate/boxes/patch-vocabulary.ts'
import type { Kosmos2 } from '../tasks/kosmos2.ts'
import { askAll } from './answer-questions.ts'
import { groupBy } from './group-by.ts'
import { judge, type Judged } from './judge.ts'
import { lookCloserAt } from './look-closer-at.ts'
import type { EvaluationSet, Question } from './question.ts'
import { taskFigures, type TaskFigures } from './task-figures.ts'

export interface EvaluateOptions {
  /** Only these tasks of the set; all if left out. */
  readonly tasks?: readonly string[] | undefined
  /** Only the first so many pictures, integer from 1; all if left out. */
  readonly limit?: number | undefined
  /**
   * Whether the answers keep what the model held of every cell for each corner, for `fitTemperature` and `reliability`:
   * 16 kB a box.
   * @default false
   */
  readonly keepMaps?: boolean | undefined
  /**
   * Whether each measured box is looked at again from closer by (`Kosmos2.lookCloser`), for the figure `mean IoU, closer`:
   * several times the work, in which every question is counted once more in the progress.
   * @default false
   */
  readonly closer?: boolean | undefined
  /** Ends between two batches. */
  readonly signal?: AbortSignal | undefined
  /** Called after each batch of answers. */
  readonly onProgress?: ((progress: EvaluateProgress) => void) | undefined
  /** Told of each picture that cannot be used; the others go on. */
  readonly onFault?: ((message: string) => void) | undefined
}

/** How many questions are answered, or left out with their picture. */
export interface EvaluateProgress {
  readonly done: number
  readonly total: number
}

export interface Evaluation {
  /** The figures of every task, in the order in which the set has them. */
  readonly tasks: readonly TaskFigures[]
  /** Every answer beside what should have come, in the order of the questions. */
  readonly answers: readonly Judged[]
  /** What was left out, a message each. */
  readonly faults: readonly string[]
  /** How long it took. */
  readonly seconds: number
}

/**
 * Asks a model everything that a set asks, by greedy decoding, and judges the answers.
 * @param set - of `readScenes`, `readFlickr30kSet` or `readRefCocoSet`, or one of your own
 * @throws {RangeError} for a task that the set does not have or judges in two ways, or where nothing is left to ask
 */
export async function evaluate(
  kosmos: Kosmos2,
  set: EvaluationSet,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  rejectUnknownOptions('evaluate', options, OPTIONS)
  const { keepMaps = false, closer = false, signal, onProgress, onFault } = options
  for (const [name, value] of Object.entries({ keepMaps, closer }))
    if (typeof value !== 'boolean') throw invalidType(name, 'true or false', value)
  const questions = chosenQuestions(set, options)
  const faults: string[] = []
  const total = questions.length * (closer ? 2 : 1)
  let done = 0
  const start = performance.now()
  const onDone = (more: number): void => {
    done += more
    onProgress?.({ done, total })
  }
  const asked = await askAll(kosmos, questions, {
    signal,
    keepMaps,
    onDone,
    onFault(message) {
      faults.push(message)
      onFault?.(message)
    },
  })
  // What was left out with its picture is not looked at either.
  if (closer) done += questions.length - asked.length
  const answered = closer ? await lookCloserAt(kosmos, asked, { signal, onDone }) : asked
  const seconds = (performance.now() - start) / 1000
  const { side } = patchVocabulary(kosmos.processor)
  const answers = answered.map((one) => judge(one, side))
  // In the order of the questions: the same answers give the same figures, however they were batched.
  const order = new Map(questions.map((question, place) => [question, place]))
  answers.sort((a, b) => order.get(a.question)! - order.get(b.question)!)
  return { tasks: taskFigures(answers), answers, faults: [...set.faults, ...faults], seconds }
}

const OPTIONS = ['tasks', 'limit', 'keepMaps', 'closer', 'signal', 'onProgress', 'onFault']

/** What is to be asked of a set. @throws {RangeError} as `evaluate` */
export function chosenQuestions(
  { title, questions }: EvaluationSet,
  { tasks, limit }: Pick<EvaluateOptions, 'tasks' | 'limit'>,
): readonly Question[] {
  const known = [...new Set(questions.map(({ task }) => task))]
  const unknown = tasks?.find((task) => !known.includes(task))
  if (unknown !== undefined) throw invalidRange('tasks', `some of ${known.join(', ')}`, unknown)
  if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 1))
    throw invalidRange('limit', 'integer from 1', limit)
  const ofTasks = tasks === undefined ? questions : questions.filter(({ task }) => tasks.includes(task))
  const chosen = limit === undefined ? ofTasks : byPicture(ofTasks).slice(0, limit).flat()
  if (chosen.length === 0) throw invalidRange('questions', `questions in ${title}`, [])
  for (const alike of groupBy(chosen, ({ task }) => task)) {
    const { task, measure } = alike[0]!
    const other = alike.find((question) => question.measure !== measure)
    if (other !== undefined)
      throw invalidRange(
        `the measure of the task ${task}`,
        `'${measure}' for all its questions`,
        other.measure,
      )
  }
  return chosen
}

/** Questions in groups of one picture. */
export const byPicture = (questions: readonly Question[]): Question[][] =>
  groupBy(questions, ({ picture }) => picture.path)
