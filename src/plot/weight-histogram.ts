// Weights before and after compression: how their values are distributed, one version below the other.
import { invalidRange, invalidType, rejectUnknownOptions } from '../errors.ts'
import { inDigits } from './amounts.ts'
import { stacked, type Block } from './blocks.ts'
import { cardPadding } from './card.ts'
import { chartCard } from './chart-card.ts'
import { chartFrameOptions, checkChartFrame, type ChartFrame } from './chart-frame.ts'
import { entityColour } from './colours.ts'
import { checkHistogram, histogram, usualRange, type Histogram } from './histogram.ts'
import { panelHeading } from './panel-heading.ts'
import { plotBlock } from './plot-block.ts'
import type { Theme } from './theme.ts'

/** One version of the weights. */
export interface WeightVersion {
  /** What is written over it, such as `INT8`. */
  readonly label: string
  /** The values, or how often they fall where, as `histogram` counts. */
  readonly values: ArrayLike<number> | Histogram
}
export interface WeightHistogramOptions extends ChartFrame {
  /** From where to where values are counted; by default around 0, so that one in a thousand of the first lies beyond. */
  readonly range?: readonly [low: number, high: number] | undefined
  /** Equally wide bins, 1 to 4096; by default 121, the one in the middle for 0. */
  readonly bins?: number | undefined
}

/** Heights in pixels. */
const panel = { height: 90, axis: 20, heading: 4 }
/** Room for one number on the axis. */
const tickWidth = 80

/**
 * Draws distributions of weights one below the other over one axis of values. The first, the weights as they were, is
 * grey, and a line over each of the others. Each reaches its full height where most of its values are; how many of
 * them fall there stands beside it.
 * @param versions - one to eight, the weights before compression first
 * @returns an SVG document: the same input gives the same string
 * @throws {TypeError | RangeError} if something is not what it should be, naming it
 */
export async function weightHistogram(
  versions: readonly WeightVersion[],
  options: WeightHistogramOptions = {},
): Promise<string> {
  rejectUnknownOptions('weightHistogram', options, [...chartFrameOptions, 'range', 'bins'])
  const frame = checkChartFrame(options)
  const counted = countAll(versions, options)
  const blocks: Block[] = []
  for (const index of counted.keys())
    blocks.push(await drawPanel(counted, index, frame.width - 2 * cardPadding, frame.theme))
  const description = counted.map((one) => `${one.label}: ${inShares(one)}`).join('; ')
  return chartCard({ ...frame, description, body: stacked(blocks, 10) })
}

interface Counted extends Histogram {
  readonly label: string
  /** For each bin, its lower edge and the share of all values that it holds; the upper edge of the last. */
  readonly steps: readonly { readonly edge: number; readonly share: number }[]
  readonly highest: number
  /** The share of values that lie in no bin. */
  readonly beyond: number
}

async function drawPanel(
  all: readonly Counted[],
  index: number,
  width: number,
  theme: Theme,
): Promise<Block> {
  const Plot = await import('@observablehq/plot')
  const { label, range, steps, highest } = all[index]!
  const isLast = index === all.length - 1
  const place = { x: 'edge', y: 'share', curve: 'step-after' } as const
  const colour =
    index === 0
      ? { fill: 'var(--muted)', fillOpacity: 0.5 }
      : { fill: entityColour(index - 1), fillOpacity: 0.85 }
  const below = isLast ? panel.axis : 1
  const marks = [
    Plot.areaY(steps, { ...place, ...colour }),
    index > 0 && Plot.line(all[0]!.steps, { ...place, stroke: 'currentColor', strokeWidth: 1, clip: true }),
    Plot.ruleY([0], { stroke: 'var(--border)' }),
    isLast && Plot.axisX({ label: null, tickSize: 4, ticks: Math.floor(width / tickWidth) }),
  ]
  const plot = await plotBlock(
    {
      height: panel.height + below,
      marginTop: 1,
      marginBottom: below,
      marginLeft: 0,
      marginRight: 0,
      x: { axis: null, domain: range },
      y: { axis: null, domain: [0, highest] },
      marks: marks.filter((mark) => mark !== false),
    },
    width,
    theme,
  )
  return stacked([panelHeading(label, inShares(all[index]!), width, theme), plot], panel.heading)
}

function inShares({ highest, beyond }: Counted): string {
  const percent = (share: number): string => `${inDigits(Number((100 * share).toPrecision(2)))} %`
  return `most in one bin ${percent(highest)}${beyond === 0 ? '' : `, beyond the axis ${percent(beyond)}`}`
}

/** Counts every version in the same bins. */
function countAll(versions: readonly WeightVersion[], options: WeightHistogramOptions): Counted[] {
  if (!Array.isArray(versions) || versions.length < 1 || versions.length > 8)
    throw invalidType('versions', 'an array of one to eight { label, values }', versions)
  let { range, bins } = options
  return versions.map(({ label, values }: WeightVersion, index) => {
    const name = `versions[${index}]`
    if (typeof label !== 'string') throw invalidType(`${name}.label`, 'a string', label)
    const isCounted = typeof values === 'object' && 'counts' in values
    if (
      !isCounted &&
      (typeof (values as ArrayLike<number> | undefined)?.length !== 'number' || values.length === 0)
    )
      throw invalidType(`${name}.values`, 'a Float32Array with values, or { range, counts }', values)
    // The first that comes says how all are counted, unless the options do.
    range ??= isCounted ? values.range : usualRange(values)
    bins ??= isCounted ? values.counts.length : 121
    const result = isCounted ? checkHistogram(`${name}.values`, values) : histogram(values, range, bins)
    if (String([result.range, result.counts.length]) !== String([range, bins]))
      throw invalidRange(
        `${name}.values`,
        `counts in ${bins} bins from ${range[0]} to ${range[1]}, like the others`,
        values,
      )
    return outline(label, result)
  })
}

function outline(label: string, counted: Histogram): Counted {
  const { range, counts, outside = 0 } = counted
  const total = Array.from(counts).reduce((sum, count) => sum + count, outside)
  const width = (range[1] - range[0]) / counts.length
  const steps = Array.from(counts, (count, index) => ({
    edge: range[0] + index * width,
    share: count / total,
  }))
  const highest = steps.reduce((most, { share }) => Math.max(most, share), 0)
  return {
    ...counted,
    label,
    steps: [...steps, { edge: range[1], share: steps.at(-1)!.share }],
    highest,
    beyond: outside / total,
  }
}
