// Copies of a small checkpoint, stored in other ways.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { safetensorsFile, type TestTensor } from '../checkpoint/make-safetensors.ts'
import { type GoldenTensor, readGoldenTensors } from '../goldens.ts'

export const MODEL = 'test/goldens/model-a'

/** The weights of MODEL, all float32. */
export const weights: ReadonlyMap<string, GoldenTensor> = readGoldenTensors(join(MODEL, 'model.safetensors'))

export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength)

/** As a safetensors file holds them. @param encode - the numbers in that type; float32 if both are left out */
export function storedTensors(
  dtype = 'F32',
  encode: (values: Float32Array) => ArrayBufferView = (values) => values,
): Record<string, TestTensor> {
  return Object.fromEntries(
    [...weights].map(([name, { dims, data }]) => [
      name,
      { dtype, shape: dims, bytes: bytesOf(encode(data as Float32Array)) },
    ]),
  )
}

/**
 * Writes a checkpoint like MODEL.
 * @param tensors - in one file, or for each file of several
 */
export function writeModel(
  folder: string,
  tensors: Record<string, TestTensor> | readonly Record<string, TestTensor>[],
): string {
  mkdirSync(folder, { recursive: true })
  for (const name of ['config.json', 'generation_config.json'])
    copyFileSync(join(MODEL, name), join(folder, name))
  if (!Array.isArray(tensors)) {
    writeFileSync(join(folder, 'model.safetensors'), safetensorsFile(tensors as Record<string, TestTensor>))
    return folder
  }
  const weight_map: Record<string, string> = {}
  for (const [i, shard] of (tensors as readonly Record<string, TestTensor>[]).entries()) {
    const file = `model-0000${i + 1}.safetensors`
    writeFileSync(join(folder, file), safetensorsFile(shard))
    for (const name of Object.keys(shard)) weight_map[name] = file
  }
  writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map }))
  return folder
}
