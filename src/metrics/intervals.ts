// How sure a figure is: 95 % confidence intervals.
import { invalidRange, rejectUnknownOptions } from '../errors.ts'
import { createRandom } from '../generate/random.ts'

export interface Interval {
  readonly low: number
  readonly high: number
}

/** The 97.5 % point of the normal distribution: 2.5 % are left on either side of the interval. */
const Z = 1.959963984540054

/**
 * Wilson's interval of a proportion (E. B. Wilson, 1927), which keeps inside 0..1 and holds for few cases and for
 * proportions near 0 and 1 too. It takes the cases as independent of one another.
 * @param right - integer from 0 to `cases`
 * @param cases - integer from 0; of none the interval is 0..1
 * @throws {RangeError} for other numbers
 */
export function wilsonInterval(right: number, cases: number): Interval {
  if (!Number.isInteger(cases) || cases < 0) throw invalidRange('cases', 'integer from 0', cases)
  if (!Number.isInteger(right) || right < 0 || right > cases)
    throw invalidRange('right', `integer from 0 to ${cases}`, right)
  if (cases === 0) return { low: 0, high: 1 }
  const share = right / cases
  const scale = 1 + Z ** 2 / cases
  const middle = (share + Z ** 2 / (2 * cases)) / scale
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / cases + Z ** 2 / (4 * cases ** 2))
  // Exactly 0 and 1 at the ends, which rounding would miss.
  return { low: right === 0 ? 0 : middle - half, high: right === cases ? 1 : middle + half }
}

export interface BootstrapOptions {
  /** How often the samples are drawn again. @default 1000 */
  readonly resamples?: number | undefined
  /** Integer from 0 to 2^53 - 1: the same seed gives the same interval. @default 0 */
  readonly seed?: number | undefined
}

/**
 * The bootstrap's percentile interval of any figure (B. Efron, 1979): the figure of as many samples drawn with
 * replacement, over and over, and of these figures the middle 95 %. What hangs together, such as all answers about one
 * picture, should be one sample.
 * @param samples - at least one
 * @param figure - of some samples; draws for which it is NaN are left out
 * @returns NaN to NaN where the figure is always NaN
 * @throws {RangeError} for no samples, or options out of range
 */
export function bootstrapInterval<Sample>(
  samples: readonly Sample[],
  figure: (samples: readonly Sample[]) => number,
  options: BootstrapOptions = {},
): Interval {
  rejectUnknownOptions('bootstrapInterval', options, ['resamples', 'seed'])
  const { resamples = 1000, seed = 0 } = options
  if (samples.length === 0) throw invalidRange('samples', 'at least one', samples)
  if (!Number.isInteger(resamples) || resamples < 1)
    throw invalidRange('resamples', 'integer from 1', resamples)
  if (!Number.isSafeInteger(seed) || seed < 0) throw invalidRange('seed', 'integer from 0 to 2^53 - 1', seed)
  const random = createRandom(seed)
  const draw = (): Sample => samples[Math.floor(random() * samples.length)]!
  const figures = Array.from({ length: resamples }, () => figure(Array.from(samples, draw)))
    .filter((value) => !Number.isNaN(value))
    .sort((a, b) => a - b)
  return { low: quantile(figures, 0.025), high: quantile(figures, 0.975) }
}

/** Between two values in proportion; NaN of none. */
function quantile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) return NaN
  const place = share * (sorted.length - 1)
  const [below, above] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!]
  return below + (above - below) * (place - Math.floor(place))
}
