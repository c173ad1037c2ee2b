// Figures as text: a table a task, a column a model.
import { columns } from '../../src/cli/format.ts'
import type { Figure, TaskFigures } from './figures.ts'

/** The figures of one model in one precision. */
export interface Run {
  /** Such as `models/kosmos2-tiny, int8`. */
  readonly name: string
  readonly seconds: number
  readonly tasks: readonly TaskFigures[]
  /** Pictures that it could not be asked about. */
  readonly faults: readonly string[]
}

export function report(runs: readonly Run[]): string {
  const tasks = [...new Set(runs.flatMap((run) => run.tasks.map(({ task }) => task)))]
  return tasks.map((task) => taskTable(task, runs)).join('\n\n')
}

function taskTable(task: string, runs: readonly Run[]): string {
  const own = runs.map((run) => run.tasks.find((one) => one.task === task))
  const names = [...new Set(own.flatMap((one) => one?.figures.map(({ name }) => name) ?? []))]
  const figures = names.map((name) => own.map((one) => one?.figures.find((figure) => figure.name === name)))
  const rows = figures.map((of, row) => [names[row]!, ...of.map(cell), String(of.find(Boolean)?.cases ?? 0)])
  const answers = own.find((one) => one !== undefined)!.answers
  return `${task}: ${answers} ${answers === 1 ? 'answer' : 'answers'}\n${columns([['', ...runs.map(({ name }) => name), 'n'], ...rows])}`
}

/** `0.981 (0.970 to 0.989)`: the figure and its 95 % confidence interval. */
function cell(figure: Figure | undefined): string {
  if (figure?.value == null) return '-'
  const { value, interval } = figure
  return interval === null
    ? value.toFixed(3)
    : `${value.toFixed(3)} (${interval.low.toFixed(3)} to ${interval.high.toFixed(3)})`
}
