// Weights as integers of few bits, with the scales of least squared error. Some weights side by side in a row, a group,
// share a scale, and each group is compressed alone: value = (code - zero point) * scale.
//
// The scale is looked for by its effect. One that takes the range of the weights for the range of the codes wastes codes
// on a few large weights; one that clips those has smaller steps for all others. Sixteen are tried, from somewhat above
// the plain one down to two thirds of it (nine tenths for 8 bits), and with the codes w / s that the last eight give, the
// least squares: <w, q> / <q, q>. What counts is the error of the scale as it is stored, in float16. More trials gain
// next to nothing: the error is within half a percent of what hundreds of scales come to.
import { invalidRange } from '../errors.ts'
import { compressionKernel, KERNEL_BYTES } from './compression-kernel.ts'

/** In the order of the kernel's numbers for them. */
const SCHEMES = ['int8', 'symmetric', 'asymmetric'] as const

/** The largest weight: float16 holds the scale whatever the others are. The last code of both signs times 65504. */
const LARGEST_WEIGHT = { int8: 65504 * 127, symmetric: 65504 * 7, asymmetric: 65504 * 7 } as const

/** Bytes of weights that are copied into the kernel's memory at a time: the second cache holds them. */
const BLOCK_BYTES = 262144

/** Codes, one scale a group, and zero points where the scheme has them, all in the order of the weights. */
export interface Quantized {
  /** int8: a byte each. Of 4 bits: two a byte, the first in the low half. */
  readonly codes: Uint8Array
  /** float16 bits; never 0, nor infinite. */
  readonly scales: Uint16Array
  /** Two a byte, the first in the low half; empty where the scheme has none. */
  readonly zeroPoints: Uint8Array
}

/**
 * @param scheme - codes -128..127, -8..7, or 0..15 with a zero point
 * @param weights - [rows, columns], row-major
 * @param groupSize - a divisor of `columns`
 * @throws {RangeError} for sizes that do not fit, and for a weight that is no number or beyond 127 or 7 times 65504
 */
export function quantize(
  scheme: (typeof SCHEMES)[number],
  weights: Float32Array,
  rows: number,
  columns: number,
  groupSize: number,
): Quantized {
  checkSizes(weights, rows, columns, groupSize)
  const groups = weights.length / groupSize
  const isPacked = scheme !== 'int8'
  const codes = new Uint8Array(isPacked ? Math.ceil(weights.length / 2) : weights.length)
  const scales = new Uint16Array(groups)
  const zeroPoints = new Uint8Array(scheme === 'asymmetric' ? Math.ceil(groups / 2) : 0)

  // An even number, so that no byte is shared by two blocks.
  const most = Math.max(2, 2 * Math.floor(BLOCK_BYTES / (8 * groupSize)))
  const at = layOut(Math.min(most, groups), groupSize)
  const { memory, ...kernel } = compressionKernel(at.end)
  const source = new Float32Array(memory.buffer, at.weights)
  for (let done = 0; done < groups; done += most) {
    const count = Math.min(most, groups - done)
    source.set(weights.subarray(done * groupSize, (done + count) * groupSize))
    const limit = LARGEST_WEIGHT[scheme]
    const good = kernel.quantize(
      SCHEMES.indexOf(scheme),
      limit,
      at.weights,
      count,
      groupSize,
      at.group,
      at.codes,
      at.scales,
      at.zeroPoints,
    )
    if (good < count) throw unfit(weights, (done + good) * groupSize, columns, limit)
    const take = (from: number, length: number) => {
      if (!isPacked) return memory.subarray(from, from + length)
      memory[from + length] = 0 // the other half of an odd one's byte
      kernel.pack(from, length)
      return memory.subarray(from, from + Math.ceil(length / 2))
    }
    codes.set(take(at.codes, count * groupSize), (done * groupSize) / (isPacked ? 2 : 1))
    scales.set(new Uint16Array(memory.buffer, at.scales, count), done)
    if (scheme === 'asymmetric') zeroPoints.set(take(at.zeroPoints, count), done / 2)
  }
  return { codes, scales, zeroPoints }
}

/** Where what lies in the kernel's memory, in bytes; each with room for what the kernel touches behind it. */
function layOut(groups: number, groupSize: number) {
  let end = KERNEL_BYTES
  const place = (bytes: number) => {
    const start = end
    end += 16 * Math.ceil(bytes / 16) + 32
    return start
  }
  const at = {
    group: place(4 * groupSize),
    weights: place(4 * groups * groupSize),
    codes: place(groups * groupSize),
    scales: place(2 * groups),
    zeroPoints: place(groups),
  }
  return { ...at, end }
}

function checkSizes(weights: Float32Array, rows: number, columns: number, groupSize: number): void {
  for (const [name, size] of Object.entries({ rows, columns }))
    if (!Number.isInteger(size) || size < 1) throw invalidRange(name, 'integer from 1', size)
  if (weights.length !== rows * columns)
    throw invalidRange('weights', `${rows} rows of ${columns} numbers`, weights.length)
  if (!Number.isInteger(groupSize) || groupSize < 1 || columns % groupSize !== 0)
    throw invalidRange('groupSize', `a divisor of the ${columns} columns`, groupSize)
}

/** The error for the first weight that cannot be stored, not before the index `from`. */
function unfit(weights: Float32Array, from: number, columns: number, limit: number): RangeError {
  // Written so that a NaN is found too.
  const index = from + weights.subarray(from).findIndex((weight) => !(Math.abs(weight) <= limit))
  const place = `row ${Math.floor(index / columns)}, column ${index % columns}`
  return invalidRange(`the weight in ${place}`, `a number from -${limit} to ${limit}`, weights[index])
}
