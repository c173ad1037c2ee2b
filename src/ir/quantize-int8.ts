// Weights as 8-bit integers, with a scale for each output row.
import { quantize } from './quantize.ts'

/** A matrix [rows, columns] whose values are `codes * scales`. */
export interface Int8Weights {
  /** -128..127, [rows, columns], row-major. */
  readonly codes: Int8Array
  /** float16 bits, [rows]: from 2^-24 to 65504. */
  readonly scales: Uint16Array
}

/**
 * Compresses whole rows of a matrix, each alone: a matrix may come in blocks of rows.
 * @param weights - [rows, columns], row-major; zeros stay exactly 0
 * @throws {RangeError} where the sizes do not fit, or where a weight is no number or beyond 127 * 65504: it says which
 */
export function quantizeInt8(weights: Float32Array, rows: number, columns: number): Int8Weights {
  const { codes, scales } = quantize('int8', weights, rows, columns, columns)
  return { codes: new Int8Array(codes.buffer), scales }
}
