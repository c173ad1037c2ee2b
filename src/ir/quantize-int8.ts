// Weights as 8-bit integers, a scale for each output row.
import { float16ToFloat32 } from '../checkpoint/float-types.ts'
import { float16Bits } from './float16.ts'

/** A matrix [rows, columns] whose values are `codes * scales`. */
export interface Int8Weights {
  /** -127..127, row-major. */
  readonly codes: Int8Array
  /** float16 bits, one a row. Never zero. */
  readonly scales: Uint16Array
}

/**
 * Compresses whole rows of a matrix; each row alone, so that a matrix may come in blocks.
 * @param weights - [rows, columns], row-major
 */
export function quantizeInt8(weights: Float32Array, rows: number, columns: number): Int8Weights {
  const codes = new Int8Array(rows * columns)
  const exact = new Float32Array(rows)
  for (let row = 0; row < rows; row++) {
    let largest = 0
    for (let i = row * columns; i < (row + 1) * columns; i++)
      largest = Math.max(largest, Math.abs(weights[i]!))
    exact[row] = largest === 0 ? 1 : Math.max(largest / 127, 2 ** -24)
  }
  const scales = float16Bits(exact)
  const stored = float16ToFloat32(scales)
  for (let i = 0; i < codes.length; i++)
    codes[i] = Math.max(-127, Math.min(127, Math.round(weights[i]! / stored[Math.floor(i / columns)]!)))
  return { codes, scales }
}
