// From judged answers to the figures of each task, with their confidence intervals.
import { isFound } from '../metrics/box-overlap.ts'
import { detectionScores, type DetectionScores } from '../metrics/detection-scores.ts'
import { bootstrapInterval, type Interval, wilsonInterval } from '../metrics/intervals.ts'
import { SIZE_BANDS, type SizeBand } from '../metrics/size-bands.ts'
import { groupBy } from './group-by.ts'
import type { BoxedThing, Judged } from './judge.ts'
import type { Measure } from './question.ts'

export interface Figure {
  readonly name: string
  /** The kind of question that it is of; not there for all questions of the task. */
  readonly kind?: string
  /** 0..1; null where there is nothing to count. */
  readonly value: number | null
  /** The 95 % confidence interval. */
  readonly interval: Interval | null
  /** How many cases it is of. */
  readonly cases: number
}

/** The overlaps of things of one size. */
export interface BandFigures {
  readonly band: SizeBand
  readonly figures: readonly Figure[]
}

export interface TaskFigures {
  readonly task: string
  readonly answers: number
  readonly figures: readonly Figure[]
  /** Bands that have things, the smallest first; each with the overlaps of its things. */
  readonly bands: readonly BandFigures[]
}

type Overlap = readonly [name: string, value: (thing: BoxedThing) => number]
/** How well things are boxed: the boxes of cells, what the grid allows for exact ones, and finer boxes. */
const OVERLAPS: readonly Overlap[] = [
  ['mean IoU', ({ iou }) => iou],
  ['ceiling of the grid', ({ ceiling }) => ceiling],
  ['mean IoU, finer', ({ finerIou }) => finerIou],
]
const CLOSER: Overlap = ['mean IoU, closer', ({ closerIou }) => closerIou]

/** The figures of every task, in the order in which the tasks come. */
export function taskFigures(judged: readonly Judged[]): TaskFigures[] {
  return groupBy(judged, ({ question }) => question.task).map((answers) => {
    const measured = answers.some(({ closer }) => closer !== undefined) ? [...OVERLAPS, CLOSER] : OVERLAPS
    const boxed = groupBy(answers, pictureOf).map((own) => own.flatMap((one) => one.boxed))
    const bands = SIZE_BANDS.map((band) => ({
      band,
      figures: overlaps(
        measured,
        boxed.map((own) => own.filter((one) => one.band === band)),
      ),
    }))
    return {
      task: answers[0]!.question.task,
      answers: answers.length,
      figures: [
        ...figuresOf(answers[0]!.question.measure, answers),
        ...overlaps(measured, boxed),
        ...shareOfCeiling(boxed),
      ],
      bands: bands.filter(({ figures }) => figures.length > 0),
    }
  })
}

function figuresOf(measure: Measure, answers: readonly Judged[]): Figure[] {
  switch (measure) {
    case 'text':
      return [...exactText(answers), ...byKind(answers, exactText)]
    case 'absent':
      return [proportion('recognised', answers, ({ isExact }) => isExact === true)]
    case 'things':
    case 'boxes':
      return [...detection(answers), ...exactText(answers), ...byKind(answers, exactText)]
    case 'phrase':
      return [phraseRecall(answers)]
    case 'flickr30k':
      return [
        ...Object.keys(answers[0]!.overlaps).map((name) =>
          proportion(name, answers, (one) => isFound(one.overlaps[name]!)),
        ),
        ...byKind(answers, (alike) => [phraseRecall(alike)]),
      ]
  }
}

function exactText(answers: readonly Judged[]): Figure[] {
  const compared = answers.filter(({ isExact }) => isExact !== undefined)
  return compared.length === 0 ? [] : [proportion('exact text', compared, ({ isExact }) => isExact === true)]
}

/** Of the first box; by any box where several are annotated. */
const phraseRecall = (answers: readonly Judged[]): Figure =>
  proportion('R@0.5', answers, ({ quality }) => isFound(quality))

/** Figures of each kind of question. */
function byKind(answers: readonly Judged[], figures: (alike: readonly Judged[]) => Figure[]): Figure[] {
  const kinds = [...new Set(answers.flatMap(({ question }) => question.kinds))]
  return kinds.flatMap((kind) =>
    figures(answers.filter(({ question }) => question.kinds.includes(kind))).map((figure) => ({
      ...figure,
      kind,
    })),
  )
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

/** @param boxed - a list a picture */
function overlaps(measured: readonly Overlap[], boxed: readonly (readonly BoxedThing[])[]): Figure[] {
  const pictures = boxed.filter((own) => own.length > 0)
  if (pictures.length === 0) return []
  const cases = pictures.flat().length
  return measured.map(([name, value]) => ({
    name,
    ...estimate(pictures, (some) => meanOf(some.flat().map(value))),
    cases,
  }))
}

/** The mean overlap of cells as a part of what the grid allows. */
function shareOfCeiling(boxed: readonly (readonly BoxedThing[])[]): Figure[] {
  const pictures = boxed.filter((own) => own.length > 0)
  if (pictures.length === 0) return []
  const sum = (things: readonly BoxedThing[], value: (thing: BoxedThing) => number): number =>
    things.reduce((all, thing) => all + value(thing), 0)
  const share = (some: readonly (readonly BoxedThing[])[]): number => {
    const things = some.flat()
    return sum(things, ({ iou }) => iou) / sum(things, ({ ceiling }) => ceiling)
  }
  return [{ name: 'mean IoU / ceiling', ...estimate(pictures, share), cases: pictures.flat().length }]
}

const pictureOf = ({ question }: Judged): string => question.picture.path
const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** Where each answer is of another picture, or the bootstrap has no width to give, Wilson's interval holds better. */
function proportion(name: string, answers: readonly Judged[], isRight: (answer: Judged) => boolean): Figure {
  const cases = answers.length
  const right = answers.filter(isRight).length
  const pictures = groupBy(answers, pictureOf)
  const isIndependent = pictures.length === cases || right === 0 || right === cases
  const share = (some: readonly (readonly Judged[])[]): number => {
    const drawn = some.flat()
    return drawn.filter(isRight).length / drawn.length
  }
  const interval = isIndependent ? wilsonInterval(right, cases) : bootstrapInterval(pictures, share)
  return { name, value: right / cases, interval, cases }
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
