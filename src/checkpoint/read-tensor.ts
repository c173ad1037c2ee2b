// One tensor's numbers.
import { float32, type Float32Tensor, type Tensor } from '../tensor.ts'
import type { Checkpoint } from './checkpoint.ts'
import { type FloatDtype, toFloat32 } from './float-types.ts'

/**
 * Reads one tensor of the model.
 * @param name - as transformers names it
 * @returns float32, in the checkpoint's shape
 * @throws {RangeError} for a name that the model does not have
 */
export async function readTensor(checkpoint: Checkpoint, name: string): Promise<Tensor & Float32Tensor> {
  const entry = checkpoint.tensor(name)
  const bytes = await checkpoint.weights.read(entry)
  return float32(toFloat32(bytes, entry.dtype as FloatDtype), entry.shape) as Tensor & Float32Tensor
}
