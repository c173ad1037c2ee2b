// How often values fall where: counted in one pass, for millions of weights.
import { invalidRange, invalidType } from '../errors.ts'

/** So many values fell into each of equally wide bins. */
export interface Histogram {
  /** From the lower edge of the first bin to the upper edge of the last. */
  readonly range: readonly [low: number, high: number]
  readonly counts: ArrayLike<number>
  /** How many values lie beyond the range; without it none. */
  readonly outside?: number | undefined
}

/** A range is chosen from so many values, evenly picked. */
const sampleSize = 65_536
/** The share of values that a chosen range leaves out. */
const beyondUsual = 0.001

/**
 * Counts values in bins. 10 million take some 30 ms.
 * @param values - finite numbers
 * @param range - the lower edge of the first bin and the upper edge of the last; values beyond are counted together
 * @param bins - how many, 1 to 4096
 * @throws {TypeError | RangeError} for a value that is not finite, naming its place, and for a range without extent
 */
export function histogram(
  values: ArrayLike<number>,
  range: readonly [low: number, high: number],
  bins: number,
): Histogram & { readonly counts: Uint32Array; readonly outside: number } {
  checkRange('range', range)
  if (!Number.isInteger(bins) || bins < 1 || bins > 4096)
    throw invalidRange('bins', 'a whole number from 1 to 4096', bins)
  const [low, high] = range
  const counts = new Uint32Array(bins)
  const scale = bins / (high - low)
  let outside = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!Number.isFinite(value)) throw invalidRange(`values[${i}]`, 'a finite number', value)
    if (value >= low && value < high) counts[Math.min(bins - 1, Math.floor((value - low) * scale))]!++
    else if (value === high) counts[bins - 1]!++
    else outside++
  }
  return { range: [low, high], counts, outside }
}

/**
 * A range around 0 that all but about one value in a thousand lie in: a few outliers do not press the others into one
 * bin. It is chosen from a sample, the same each time.
 */
export function usualRange(values: ArrayLike<number>): [low: number, high: number] {
  // An odd stride does not fall into step with rows of even length.
  const stride = Math.floor(values.length / sampleSize) | 1
  const sizes = Float64Array.from({ length: Math.ceil(values.length / stride) }, (_, index) =>
    Math.abs(values[index * stride]!),
  ).sort()
  const usual = sizes[Math.floor((1 - beyondUsual) * (sizes.length - 1))]!
  const end = usual || sizes.at(-1)! || 1
  return [-end, end]
}

/** Checks counts that someone else made. @throws {TypeError | RangeError} naming what is wrong as a part of `name` */
export function checkHistogram(name: string, value: Histogram): Histogram {
  const { counts, outside = 0 } = value
  checkRange(`${name}.range`, value.range)
  const numbers = [outside, ...Array.from(counts)]
  if (numbers.length < 2 || !numbers.every((count) => Number.isInteger(count) && count >= 0))
    throw invalidType(`${name}.counts`, 'whole numbers from 0, one a bin', counts)
  if (!numbers.some((count) => count > 0)) throw invalidRange(`${name}.counts`, 'a value in any bin', counts)
  return value
}

function checkRange(name: string, range: unknown): void {
  const ends: unknown[] = Array.isArray(range) ? range : []
  if (ends.length !== 2 || !ends.every(Number.isFinite) || ends[0]! >= ends[1]!)
    throw invalidType(name, 'two finite numbers [low, high] with low < high', range)
}
