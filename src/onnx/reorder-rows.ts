// Picks rows of a cached tensor for the next step of beam search.
import { Tensor } from 'onnxruntime-node'

/**
 * Rows of a float32 tensor along its first axis, in the order asked for; rows may repeat.
 * @returns the same tensor where the order asked for is the one it has
 */
export function reorderRows(tensor: Tensor, rows: readonly number[]): Tensor {
  const [batch, ...rest] = tensor.dims
  if (rows.length === batch && rows.every((row, i) => row === i)) return tensor
  const size = rest.reduce((a, b) => a * b, 1)
  const source = tensor.data as Float32Array
  const data = new Float32Array(rows.length * size)
  rows.forEach((row, i) => {
    data.set(source.subarray(row * size, (row + 1) * size), i * size)
  })
  return new Tensor('float32', data, [rows.length, ...rest])
}
