// The few numbers that a measurement is reported as, and what keeps two sides of one apart.
import { setTimeout } from 'node:timers/promises'
import { median } from '../../src/generate/median.ts'

/** Waits until threads that spin after their work, as ONNX Runtime's and PyTorch's do, have gone to sleep. */
export async function othersAsleep(): Promise<void> {
  await setTimeout(50)
}

/** Of several runs. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
  readonly count: number
}

export function spread(values: readonly number[]): Spread {
  return {
    median: median(values),
    min: Math.min(...values),
    max: Math.max(...values),
    count: values.length,
  }
}

/** Median and range, with a unit: `12.3 (11.9 to 14.0) ms`. Of one run its value alone. */
export function format({ median, min, max, count }: Spread, unit = '', digits = 1): string {
  const range = count === 1 ? '' : ` (${min.toFixed(digits)} to ${max.toFixed(digits)})`
  return `${median.toFixed(digits)}${range}${unit === '' ? '' : ` ${unit}`}`
}

export const scaled = ({ median, min, max, count }: Spread, factor: number): Spread => ({
  median: median * factor,
  min: min * factor,
  max: max * factor,
  count,
})

/** How long it takes, in milliseconds. */
export async function timed<T>(work: () => T | Promise<T>): Promise<{ result: T; ms: number }> {
  const start = performance.now()
  const result = await work()
  return { result, ms: performance.now() - start }
}
