// Precisions, engines or devices beside each other: a small chart for each measure, the same colours in all.
import { invalidRange, invalidType, rejectUnknownOptions } from '../errors.ts'
import { inDigits } from './amounts.ts'
import { barRows, besideBar } from './bar-rows.ts'
import { sideBySide, stacked, type Block } from './blocks.ts'
import { cardPadding } from './card.ts'
import { chartCard } from './chart-card.ts'
import { chartFrameOptions, checkChartFrame, type ChartFrame } from './chart-frame.ts'
import { entityColour } from './colours.ts'
import { panelHeading } from './panel-heading.ts'
import { plotBlock } from './plot-block.ts'
import type { Theme } from './theme.ts'

/** One measure of everything that is compared, such as milliseconds a token. */
export interface Metric {
  readonly label: string
  /** What the numbers count, such as `ms`. */
  readonly unit?: string | undefined
  /** Which numbers are the better ones; without it none are called better. */
  readonly better?: 'lower' | 'higher' | undefined
  /** The highest number that there can be, such as 1 for a share; without it bars are as long as there is room. */
  readonly highest?: number | undefined
  /** One to twelve, in the order from the top. */
  readonly values: readonly Measurement[]
}
/** What was measured of one of them. */
export interface Measurement {
  /** What it is of, such as `INT8`. */
  readonly name: string
  /** From 0. */
  readonly value: number
  /** The lowest and the highest of several rounds, drawn as a line over the bar. */
  readonly range?: readonly [low: number, high: number] | undefined
}
export interface ComparisonChartOptions extends ChartFrame {
  /**
   * The name that the others are held against: beside their numbers stands how many times better they are, where
   * `better` says what is better and no `highest` limits it.
   */
  readonly reference?: string | undefined
}

/** Two panels stand side by side where each has so many pixels. */
const narrowestPanel = 260
const gap = { across: 32, down: 18, heading: 6 }

/**
 * Draws bars for each measure, with the numbers beside them and the range of several rounds over them: speed, memory
 * and agreement of several precisions, for instance. Every bar begins at 0.
 * @param metrics - one to twelve; what has the same name has the same colour in all of them
 * @returns an SVG document: the same input gives the same string
 * @throws {TypeError | RangeError} if something is not what it should be, naming it
 */
export async function comparisonChart(
  metrics: readonly Metric[],
  options: ComparisonChartOptions = {},
): Promise<string> {
  rejectUnknownOptions('comparisonChart', options, [...chartFrameOptions, 'reference'])
  const frame = checkChartFrame(options)
  checkMetrics(metrics)
  const names = Array.from(new Set(metrics.flatMap(({ values }) => values.map(({ name }) => name))))
  const { reference } = options
  if (reference !== undefined && !names.includes(reference))
    throw invalidRange('reference', `one of ${names.join(', ')}`, reference)

  const inner = frame.width - 2 * cardPadding
  const columns = metrics.length > 1 && inner >= 2 * narrowestPanel + gap.across ? 2 : 1
  const width = (inner - (columns - 1) * gap.across) / columns
  const panels: Block[] = []
  for (const metric of metrics) panels.push(await drawPanel(metric, names, reference, width, frame.theme))
  const rows = Array.from({ length: Math.ceil(panels.length / columns) }, (_, row) =>
    sideBySide(panels.slice(row * columns, (row + 1) * columns), width + gap.across),
  )
  return chartCard({
    ...frame,
    description: metrics.map((metric) => describe(metric, reference)).join('. '),
    body: stacked(rows, gap.down),
  })
}

async function drawPanel(
  metric: Metric,
  names: readonly string[],
  reference: string | undefined,
  width: number,
  theme: Theme,
): Promise<Block> {
  const Plot = await import('@observablehq/plot')
  const rows = metric.values.map((measurement) => ({
    ...measurement,
    end: Math.max(measurement.value, measurement.range?.[1] ?? 0),
    colour: entityColour(names.indexOf(measurement.name)),
    text: inNumbers(measurement, metric, reference),
  }))
  const ranges = rows.flatMap(({ name, range }) => (range ? [{ name, low: range[0], high: range[1] }] : []))
  const line = { y: 'name', x1: 'low', x2: 'high', strokeLinecap: 'round' } as const
  const highest = metric.highest ?? (Math.max(...rows.map(({ end }) => end)) || 1) // all may be 0
  const bars = await plotBlock(
    {
      ...barRows(rows, highest, width).options,
      marks: [
        Plot.barX(rows, { x: 'value', y: 'name', fill: 'colour' }),
        // Dark within light, so that it is seen on the bar and beyond it.
        Plot.ruleY(ranges, { ...line, stroke: 'var(--card)', strokeWidth: 5 }),
        Plot.ruleY(ranges, { ...line, stroke: 'currentColor', strokeWidth: 2 }),
        Plot.text(rows, { x: 'end', y: 'name', text: 'text', textAnchor: 'start', dx: besideBar }),
      ],
    },
    width,
    theme,
  )
  return stacked([panelHeading(metric.label, describeUnit(metric), width, theme), bars], gap.heading)
}

function describeUnit({ unit, better }: Pick<Metric, 'unit' | 'better'>): string {
  return [unit, better && `${better} is better`].filter(Boolean).join(', ')
}

/** The number, and how many times better it is than that of the reference. */
function inNumbers({ name, value }: Measurement, metric: Metric, reference: string | undefined): string {
  const { values, better, highest } = metric
  const other = values.find((one) => one.name === reference)?.value
  // Of shares, one is not so many times better than another.
  if (better === undefined || highest !== undefined || other === undefined || name === reference)
    return inDigits(value)
  const [from, to] = better === 'lower' ? [value, other] : [other, value]
  return from === 0 ? inDigits(value) : `${inDigits(value)} (${inDigits(to / from)}×)`
}

function describe(metric: Metric, reference: string | undefined): string {
  const unit = describeUnit(metric)
  const values = metric.values.map((one) => {
    const range = one.range ? `, from ${inDigits(one.range[0])} to ${inDigits(one.range[1])}` : ''
    return `${one.name} ${inNumbers(one, metric, reference)}${range}`
  })
  return `${metric.label}${unit && ` (${unit})`}: ${values.join('; ')}`
}

/** Something of a type, whose properties have not been looked at. */
type Unchecked<T> = Partial<Record<keyof T, unknown>>

function checkMetrics(metrics: unknown): void {
  if (!Array.isArray(metrics) || metrics.length < 1 || metrics.length > 12)
    throw invalidType('metrics', 'an array of one to twelve { label, values }', metrics)
  for (const [index, metric] of (metrics as Unchecked<Metric>[]).entries()) {
    const name = `metrics[${index}]`
    const { label, unit, better, highest, values } = metric
    if (typeof label !== 'string') throw invalidType(`${name}.label`, 'a string', label)
    if (unit !== undefined && typeof unit !== 'string') throw invalidType(`${name}.unit`, 'a string', unit)
    if (better !== undefined && better !== 'lower' && better !== 'higher')
      throw invalidRange(`${name}.better`, "'lower' or 'higher'", better)
    if (highest !== undefined && !(isNumber(highest) && highest > 0))
      throw invalidRange(`${name}.highest`, 'a number above 0', highest)
    if (!Array.isArray(values) || values.length < 1 || values.length > 12)
      throw invalidType(`${name}.values`, 'an array of one to twelve { name, value }', values)
    const names = (values as Unchecked<Measurement>[]).map((value, place) =>
      checkMeasurement(`${name}.values[${place}]`, value, highest),
    )
    const twice = names.find((one, place) => names.indexOf(one) !== place)
    if (twice !== undefined) throw invalidRange(`${name}.values`, 'each name once', twice)
  }
}

/** @returns its name */
function checkMeasurement(place: string, measurement: Unchecked<Measurement>, highest = Infinity): string {
  const { name, value, range } = measurement
  if (typeof name !== 'string') throw invalidType(`${place}.name`, 'a string', name)
  const expected = highest === Infinity ? 'a finite number from 0' : `a number from 0 to ${highest}`
  const fits = (number: unknown): number is number => isNumber(number) && number >= 0 && number <= highest
  if (!fits(value)) throw invalidRange(`${place}.value`, expected, value)
  const ends: unknown[] = Array.isArray(range) ? range : []
  const [low, high] = ends
  if (range !== undefined && !(ends.length === 2 && fits(low) && fits(high) && low <= high))
    throw invalidType(`${place}.range`, `[low, high] with low <= high, each ${expected}`, range)
  return name
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
