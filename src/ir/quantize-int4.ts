// Weights as 4-bit integers, with a scale for each group of neighbours in a row.
import { invalidRange } from '../errors.ts'
import { quantize } from './quantize.ts'

const INT4_SCHEMES = ['symmetric', 'asymmetric'] as const

/** `symmetric`: i4, value = code * scale. `asymmetric`: u4, value = (code - zero point) * scale. */
export type Int4Scheme = (typeof INT4_SCHEMES)[number]

/** A matrix [rows, columns] in groups [rows, columns / groupSize]. */
export interface Int4Weights {
  /**
   * -8..7 in two's complement, or 0..15; [rows, columns], row-major, two a byte, the first in the low half. Where their
   * number is odd the last half is 0.
   */
  readonly codes: Uint8Array
  /**
   * float16 bits, one a group, row-major: from 2^-24 to 65504 in size. Negative ones (of the symmetric scheme) have the
   * code -8, to which 7 has no counterpart, at the side of the largest weight.
   */
  readonly scales: Uint16Array
  /** 0..15, one a group, packed as the codes are; of the asymmetric scheme only. */
  readonly zeroPoints?: Uint8Array
}

/**
 * Compresses whole rows of a matrix, each group alone: a matrix may come in blocks of rows, of an even number of weights
 * where their bytes are put together again.
 * @param weights - [rows, columns], row-major; zeros stay exactly 0
 * @param groupSize - a divisor of `columns`
 * @throws {RangeError} where the sizes do not fit, or where a weight is no number or beyond 7 * 65504: it says which
 */
export function quantizeInt4(
  weights: Float32Array,
  rows: number,
  columns: number,
  groupSize: number,
  scheme: Int4Scheme,
): Int4Weights {
  if (!INT4_SCHEMES.includes(scheme)) throw invalidRange('scheme', INT4_SCHEMES.join(' or '), scheme)
  const { codes, scales, zeroPoints } = quantize(scheme, weights, rows, columns, groupSize)
  return scheme === 'asymmetric' ? { codes, scales, zeroPoints } : { codes, scales }
}
