// Weights as 4-bit integers, a scale for each group of neighbours in a row.
import { float16ToFloat32 } from '../checkpoint/float-types.ts'
import { invalidRange } from '../errors.ts'
import { float16Bits } from './float16.ts'

/** `symmetric`: i4, value = code * scale. `asymmetric`: u4, value = (code - zero point) * scale. */
export type Int4Scheme = 'symmetric' | 'asymmetric'

/** A matrix [rows, columns] in groups [rows, columns / groupSize]. */
export interface Int4Weights {
  /** Two codes a byte, the first in the low half, row-major: -8..7 in two's complement, or 0..15. */
  readonly codes: Uint8Array
  /** float16 bits, one a group, row-major. Never zero; negative where that puts the -8 to use. */
  readonly scales: Uint16Array
  /** 0..15, packed as the codes are, one a group; of the asymmetric scheme only. */
  readonly zeroPoints?: Uint8Array
}

/**
 * Compresses whole rows of a matrix; each group alone, so that a matrix may come in blocks.
 * @param weights - [rows, columns], row-major
 * @param groupSize - a divisor of `columns`
 */
export function quantizeInt4(
  weights: Float32Array,
  rows: number,
  columns: number,
  groupSize: number,
  scheme: Int4Scheme,
): Int4Weights {
  if (!Number.isInteger(groupSize) || groupSize < 1 || columns % groupSize !== 0)
    throw invalidRange('groupSize', `a divisor of the ${columns} columns`, groupSize)
  const groups = (rows * columns) / groupSize
  const exact = new Float32Array(groups)
  const zeroPoints = new Uint8Array(groups)
  for (let group = 0; group < groups; group++) {
    let [least, largest] = [0, 0]
    for (let i = group * groupSize; i < (group + 1) * groupSize; i++) {
      least = Math.min(least, weights[i]!)
      largest = Math.max(largest, weights[i]!)
    }
    if (scheme === 'symmetric') exact[group] = (-least >= largest ? -least : -largest) / 8
    else {
      exact[group] = (largest - least) / 15
      zeroPoints[group] = exact[group] === 0 ? 0 : Math.round((-least / (largest - least)) * 15)
    }
    if (exact[group] === 0) exact[group] = 1
    else if (Math.abs(exact[group]!) < 2 ** -24) exact[group] = Math.sign(exact[group]!) * 2 ** -24
  }
  const scales = float16Bits(exact)
  const stored = float16ToFloat32(scales)
  const [lowest, highest] = scheme === 'symmetric' ? [-8, 7] : [0, 15]
  const codes = Int8Array.from(weights.subarray(0, rows * columns), (weight, i) => {
    const group = Math.floor(i / groupSize)
    return Math.max(lowest, Math.min(highest, Math.round(weight / stored[group]!) + zeroPoints[group]!))
  })
  return {
    codes: packed(codes),
    scales,
    ...(scheme === 'asymmetric' ? { zeroPoints: packed(zeroPoints) } : {}),
  }
}

/** Two a byte, the first in the low half. */
function packed(codes: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(codes.length / 2))
  for (let i = 0; i < codes.length; i++) bytes[i >> 1]! |= (codes[i]! & 0xf) << ((i & 1) * 4)
  return bytes
}
