// Figures as text: a table a task, a column a model.
import { columns } from '../../src/cli/format.ts'
import type { Evaluation, Figure } from '../../src/index.ts'

/** The figures of one model in one precision. */
export interface Run extends Omit<Evaluation, 'answers'> {
  /** Such as `models/kosmos2-tiny, int8`. */
  readonly name: string
}

export function report(runs: readonly Run[]): string {
  const tasks = [...new Set(runs.flatMap((run) => run.tasks.map(({ task }) => task)))]
  return tasks.map((task) => taskTable(task, runs)).join('\n\n')
}

function taskTable(task: string, runs: readonly Run[]): string {
  const own = runs.map((run) => run.tasks.find((one) => one.task === task))
  const names = unique(own.flatMap((one) => one?.figures.map(rowName) ?? []))
  const figures = names.map((name) => {
    const of = own.map((one) => one?.figures.find((figure) => rowName(figure) === name))
    return [name, ...of.map(cell), count(of)]
  })
  const bandNames = unique(own.flatMap((one) => one?.bands.map(({ band }) => band) ?? []))
  const bands = bandNames.map((name) => {
    const of = own.map((one) => one?.bands.find(({ band }) => band === name)?.figures)
    return [`  ${name}`, ...of.map(bandCell), count(of.map((one) => one?.[0]))]
  })
  const answers = own.find((one) => one !== undefined)!.answers
  const closer = names.includes('mean IoU, closer') ? ', closer' : ''
  const bandTitle = `by size: IoU, ceiling, finer${closer}`
  const bandHead = bands.length === 0 ? [] : [[bandTitle, ...runs.map(() => ''), '']]
  const table = columns([['', ...shortNames(runs), 'n'], ...figures, ...bandHead, ...bands])
  return `${task}: ${answers} ${answers === 1 ? 'answer' : 'answers'}\n${table}`
}

const unique = <Value>(values: readonly Value[]): Value[] => [...new Set(values)]
/** Kinds of question stand below the figure of all. */
const rowName = ({ name, kind }: Figure): string => (kind === undefined ? name : `  ${kind}`)
/** One number where all models have the same number of cases: overlaps are of what a model has boxed. */
export const count = (figures: readonly (Figure | undefined)[]): string =>
  unique(figures.flatMap((figure) => figure?.cases ?? [])).join(', ')

/** Without the model where there is only one. */
function shortNames(runs: readonly Run[]): string[] {
  const [[model], ...others] = runs.map(({ name }) => name.split(', ')) as [string[], ...string[][]]
  const isOne = others.length > 0 && others.every(([other]) => other === model)
  return runs.map(({ name }) => (isOne ? name.slice(model!.length + 2) : name))
}

/** `0.981 (0.970 to 0.989)`: the figure and its 95 % confidence interval. */
export function cell(figure: Figure | undefined): string {
  const text = plain(figure)
  const interval = figure?.interval
  return interval ? `${text} (${interval.low.toFixed(3)} to ${interval.high.toFixed(3)})` : text
}

/** `0.801, 0.812, 0.849`: the boxes of cells, the ceiling of the grid, finer boxes, and those of closer looks if there were any. */
const bandCell = (figures: readonly Figure[] | undefined): string => figures?.map(plain).join(', ') ?? '-'

/** `0.981`, or a dash where there is nothing to count. */
export const plain = (figure: Figure | undefined): string => figure?.value?.toFixed(3) ?? '-'
