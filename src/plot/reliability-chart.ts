// A reliability diagram: how often a model was right over how sure it was.
import { rejectUnknownOptions } from '../errors.ts'
import type { Reliability } from '../metrics/reliability.ts'
import { chart } from './chart.ts'
import { chartFrameOptions, type ChartFrame } from './chart-frame.ts'
import { entityColour } from './colours.ts'

/** One model, or one model at one temperature. */
export interface NamedReliability extends Reliability {
  readonly name: string
}

/**
 * Draws the share that was right over the confidence, with a line for each model, 95 % intervals, dots as large as there
 * were many predictions, and the diagonal on which a model lies that is as often right as it is sure.
 * @param measured - what `reliability` gave, with a name each
 * @returns an SVG document: the same input gives the same string
 * @throws {TypeError | RangeError} if an option is not what it should be
 */
export async function reliabilityChart(
  measured: readonly NamedReliability[],
  options: ChartFrame = {},
): Promise<string> {
  rejectUnknownOptions('reliabilityChart', options, chartFrameOptions)
  const Plot = await import('@observablehq/plot')
  const names = measured.map(({ name }) => name)
  const rows = measured.flatMap(({ name, bins }) =>
    bins
      .filter(({ count }) => count > 0)
      .map(({ confidence, share, count, interval }) => ({ name, confidence, share, count, ...interval })),
  )
  const { theme, ...frame } = options
  const place = { x: 'confidence', y: 'share', stroke: 'name' } as const
  const percent = (value: number): string => `${Math.round(100 * value)} %`
  return chart(
    {
      ...frame,
      height: 340,
      marginLeft: 46,
      ariaDescription: measured
        .map(
          ({ name, calibrationError }) =>
            `${name}: ${(100 * calibrationError).toFixed(1)} % apart on average`,
        )
        .join('. '),
      x: { domain: [0, 1], label: 'how sure', tickFormat: percent, ticks: 5 },
      y: { domain: [0, 1], label: 'how often right', tickFormat: percent, ticks: 5, grid: true },
      r: { range: [2, 8] },
      color: {
        domain: names,
        range: names.map((_, index) => entityColour(index)),
        legend: names.length > 1,
      },
      marks: [
        Plot.line(
          [
            [0, 0],
            [1, 1],
          ],
          { stroke: 'var(--muted)', strokeDasharray: '4 4' },
        ),
        Plot.ruleX(rows, { x: 'confidence', y1: 'low', y2: 'high', stroke: 'name', strokeOpacity: 0.5 }),
        Plot.line(rows, { ...place, z: 'name' }),
        Plot.dot(rows, { x: 'confidence', y: 'share', fill: 'name', r: 'count', stroke: 'var(--card)' }),
      ],
    },
    theme === undefined ? {} : { theme },
  )
}
