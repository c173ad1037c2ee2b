// From judged answers to the figures of each task, with their confidence intervals.
import {
  bootstrapInterval,
  detectionScores,
  type DetectionScores,
  type Interval,
  isFound,
  SIZE_BANDS,
  wilsonInterval,
} from '../../src/index.ts'
import { groupBy } from './group-by.ts'
import type { BoxedThing, Judged } from './judge.ts'
import type { Measure } from './question.ts'

export interface Figure {
  readonly name: string
  /** 0..1; null where there is nothing to count. */
  readonly value: number | null
  /** The 95 % confidence interval. */
  readonly interval: Interval | null
  /** How many cases it is of. */
  readonly cases: number
}

export interface TaskFigures {
  readonly task: string
  readonly answers: number
  readonly figures: readonly Figure[]
}

/** The figures of every task, in the order in which the tasks come. */
export function taskFigures(judged: readonly Judged[]): TaskFigures[] {
  return groupBy(judged, ({ question }) => question.task).map((answers) => ({
    task: answers[0]!.question.task,
    answers: answers.length,
    figures: groupBy(answers, ({ question }) => question.measure).flatMap((alike) =>
      figuresOf(alike[0]!.question.measure, alike),
    ),
  }))
}

function figuresOf(measure: Measure, answers: readonly Judged[]): Figure[] {
  switch (measure) {
    case 'text':
      return [...exactText('exact text', answers), ...byKind(answers)]
    case 'absent':
      return exactText('recognised', answers)
    case 'things':
    case 'boxes':
      return [
        ...detection(answers),
        ...overlaps(answers),
        ...exactText('exact text', answers),
        ...byKind(answers),
      ]
    case 'phrase':
      return [proportion('R@0.5', answers, ({ quality }) => isFound(quality)), ...overlaps(answers)]
    case 'flickr30k':
      return [
        ...Object.keys(answers[0]!.overlaps).map((name) =>
          proportion(name, answers, (one) => isFound(one.overlaps[name]!)),
        ),
        ...overlaps(answers),
      ]
  }
}

function exactText(name: string, answers: readonly Judged[]): Figure[] {
  const compared = answers.filter(({ isExact }) => isExact !== undefined)
  return compared.length === 0 ? [] : [proportion(name, compared, ({ isExact }) => isExact === true)]
}

/** Exact text by kind of question. */
function byKind(answers: readonly Judged[]): Figure[] {
  const withKind = answers.filter(({ question }) => question.kind !== undefined)
  const kinds = groupBy(withKind, ({ question }) => question.kind)
  return kinds.flatMap((alike) => exactText(`  ${alike[0]!.question.kind!}`, alike))
}

function detection(answers: readonly Judged[]): Figure[] {
  const pictures = groupBy(answers, pictureOf)
  const scores = (some: readonly (readonly Judged[])[]): DetectionScores =>
    detectionScores(some.flatMap((own) => own.map(({ matches }) => matches!)))
  const all = scores(pictures)
  const share = (name: string, of: 'precision' | 'recall' | 'f1', cases: number): Figure => ({
    name,
    ...estimate(pictures, (some) => scores(some)[of]),
    cases,
  })
  return [
    share('precision', 'precision', all.found),
    share('recall', 'recall', all.annotated),
    share('F1', 'f1', all.annotated),
  ]
}

/** Mean IoU beside what the grid allows and what finer boxes reach, over all and by band of size. */
function overlaps(answers: readonly Judged[]): Figure[] {
  const boxed = groupBy(answers, pictureOf).map((own) => own.flatMap((one) => one.boxed))
  const bands = SIZE_BANDS.map(
    (band) => [band, boxed.map((own) => own.filter((one) => one.band === band))] as const,
  )
  return [...overlapFigures('', boxed), ...bands.flatMap(([band, own]) => overlapFigures(`  ${band}: `, own))]
}

/** @param boxed - a list a picture */
function overlapFigures(prefix: string, boxed: readonly (readonly BoxedThing[])[]): Figure[] {
  const pictures = boxed.filter((own) => own.length > 0)
  if (pictures.length === 0) return []
  const cases = pictures.flat().length
  const mean = (name: string, value: (thing: BoxedThing) => number): Figure => ({
    name: `${prefix}${name}`,
    ...estimate(pictures, (some) => meanOf(some.flat().map(value))),
    cases,
  })
  return [
    mean('mean IoU', ({ iou }) => iou),
    mean('ceiling of the grid', ({ ceiling }) => ceiling),
    mean('mean IoU, finer', ({ finerIou }) => finerIou),
  ]
}

const pictureOf = ({ question }: Judged): string => question.picture.path
const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

function proportion(name: string, answers: readonly Judged[], isRight: (answer: Judged) => boolean): Figure {
  const right = answers.filter(isRight).length
  return {
    name,
    value: right / answers.length,
    interval: wilsonInterval(right, answers.length),
    cases: answers.length,
  }
}

/** A figure and its interval by the bootstrap over pictures, whose answers hang together. */
function estimate<Sample>(
  pictures: readonly Sample[],
  figure: (samples: readonly Sample[]) => number,
): Pick<Figure, 'value' | 'interval'> {
  const value = figure(pictures)
  return Number.isNaN(value)
    ? { value: null, interval: null }
    : { value, interval: bootstrapInterval(pictures, figure) }
}
