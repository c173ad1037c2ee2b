// The filters that Pillow resizes with, and how much each input counts for each output (src/libImaging/Resample.c).

/** The numbers that stand for the filters, as in PIL.Image.Resampling. */
export const Resampling = { NEAREST: 0, LANCZOS: 1, BILINEAR: 2, BICUBIC: 3, BOX: 4, HAMMING: 5 } as const
export type Resampling = (typeof Resampling)[keyof typeof Resampling]

export interface Filter {
  /** The filter is 0 outside -support..support, in pixels of the result. */
  readonly support: number
  readonly at: (x: number) => number
}

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x))

export const FILTERS: Record<Exclude<Resampling, typeof Resampling.NEAREST>, Filter> = {
  [Resampling.LANCZOS]: { support: 3, at: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
  [Resampling.BILINEAR]: { support: 1, at: (x) => Math.max(0, 1 - Math.abs(x)) },
  [Resampling.BICUBIC]: { support: 2, at: (x) => bicubic(Math.abs(x)) },
  [Resampling.BOX]: { support: 0.5, at: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  [Resampling.HAMMING]: { support: 1, at: (x) => hamming(Math.abs(x)) },
}

/** Keys' cubic convolution with a = -0.5. */
function bicubic(x: number): number {
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * -0.5
  return 0
}

function hamming(x: number): number {
  if (x >= 1) return 0
  // Pillow writes the two constants in single precision.
  return sinc(x) * (Math.fround(0.54) + Math.fround(0.46) * Math.cos(Math.PI * x))
}

/** For each output the inputs that it is made of. */
export interface FilterWeights {
  readonly first: Int32Array
  readonly counts: Int32Array
  /** `most` for each output, of which `counts` count; they add up to 1. */
  readonly weights: Float64Array
  readonly most: number
}

/** How a row of `inputSize` becomes one of `outputSize`, with antialiasing where it shrinks. */
export function filterWeights(inputSize: number, outputSize: number, filter: Filter): FilterWeights {
  const scale = inputSize / outputSize
  // What shrinks is blurred by as much; what grows is not.
  const blur = Math.max(1, scale)
  const support = filter.support * blur
  const most = Math.ceil(support) * 2 + 1
  const first = new Int32Array(outputSize)
  const counts = new Int32Array(outputSize)
  const weights = new Float64Array(outputSize * most)
  for (let output = 0; output < outputSize; output++) {
    const center = (output + 0.5) * scale
    const from = Math.max(0, Math.trunc(center - support + 0.5))
    const count = Math.min(inputSize, Math.trunc(center + support + 0.5)) - from
    const own = weights.subarray(output * most, output * most + count)
    let sum = 0
    for (let i = 0; i < count; i++) {
      own[i] = filter.at((i + from - center + 0.5) * (1 / blur))
      sum += own[i]!
    }
    if (sum !== 0) for (let i = 0; i < count; i++) own[i]! /= sum
    first[output] = from
    counts[output] = count
  }
  return { first, counts, weights, most }
}
