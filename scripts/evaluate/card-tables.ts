// The tables of the model card, from what `npm run evaluate` measured.
import type { Figure } from '../../src/index.ts'
import { cell, count, plain, type Run } from './report.ts'

/** Tasks by what the card calls them, with the figures that it gives of each. */
const TASKS: readonly (readonly [title: string, task: string, figures: readonly string[]])[] = [
  ['caption with boxes', 'caption', ['F1', 'mean IoU', 'mean IoU, finer', 'mean IoU / ceiling']],
  ['description with boxes', 'detail', ['F1']],
  ['caption, plain', 'captionPlain', ['exact text']],
  ['description, plain', 'detailPlain', ['exact text']],
  ['where is it', 'grounding', ['R@0.5', 'mean IoU', 'mean IoU, finer', 'mean IoU / ceiling']],
  ['which one', 'referring', ['R@0.5', 'mean IoU', 'mean IoU, finer', 'mean IoU / ceiling']],
  ['all of a kind', 'groundingMany', ['F1']],
  ['what is in the box', 'naming', ['exact text']],
  ['a question', 'question', ['exact text']],
  ['a question, with boxes', 'questionGrounded', ['exact text', 'F1']],
  ['what is not there', 'absentGrounding', ['recognised']],
  ['text alone', 'text', ['exact text']],
]
/** Tasks that are given by the size of the thing too. */
const BOXED = TASKS.filter(([, , figures]) => figures.includes('mean IoU, finer'))

/** The card's tables, by the name of their place in it. */
export function cardTables(runs: readonly Run[], style: Run): Readonly<Record<string, string>> {
  const names = runs.map(({ name }) => name.split(', ').at(-1)!)
  const columns = names.map((name) => (name === 'original' ? name : name.toUpperCase()))
  const rows = (some: readonly Run[], only: number): string[][] =>
    TASKS.flatMap(([title, task, figures]) =>
      figures.slice(0, only).map((figure, i) => {
        const of = some.map((run) => figureOf(run, task, figure))
        return [
          i === 0 ? title : '',
          figure,
          ...of.map((one, k) => (k === 0 ? cell(one) : plain(one))),
          count(of),
        ]
      }),
    )
  const kinds = taskOf(runs[0]!, 'question').figures.flatMap(({ kind }) => kind ?? [])
  const fp32 = runs.find(({ name }) => name.endsWith(', fp32'))!
  const bands = BOXED.flatMap(([title, task]) =>
    taskOf(fp32, task).bands.map(({ band, figures }, i) => [
      i === 0 ? title : '',
      band,
      ...figures.map((figure) => plain(figure)),
      count(figures.slice(0, 1)),
    ]),
  )
  return {
    tasks: table(['task', 'figure', ...columns, 'n'], rows(runs, Infinity)),
    questions: table(
      ['question', ...columns, 'n'],
      kinds.map((kind) => {
        const of = runs.map((run) => figureOf(run, 'question', 'exact text', kind))
        return [kind, ...of.map(plain), count(of)]
      }),
    ),
    sizes: table(['task', 'size of the thing', 'cells', 'ceiling of the grid', 'finer', 'n'], bands),
    style: table(['task', 'figure', 'result', 'n'], rows([style], 1)),
  }
}

const taskOf = ({ name, tasks }: Run, task: string): Run['tasks'][0] => {
  const found = tasks.find((one) => one.task === task)
  if (found === undefined) throw new RangeError(`Expected figures of ${task}, but ${name} has none`)
  return found
}

function figureOf(run: Run, task: string, name: string, kind?: string): Figure {
  const found = taskOf(run, task).figures.find((one) => one.name === name && one.kind === kind)
  if (found === undefined) throw new RangeError(`Expected ${name} of ${task}, but ${run.name} has none`)
  return found
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
