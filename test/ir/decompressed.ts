// A conversion turned back into a checkpoint: the numbers that its codes and scales stand for, as float32.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CONFIG_FILE, WEIGHTS_FILE } from '../../src/checkpoint/file-names.ts'
import { readWeight } from '../../src/ir/read-weight.ts'
import { safetensorsFile, type TestTensor } from '../checkpoint/make-safetensors.ts'
import { readGoldenTensors } from '../goldens.ts'

/**
 * @param conversion - a conversion of `model`
 * @param folder - where the checkpoint goes
 */
export async function writeDecompressed(model: string, conversion: string, folder: string): Promise<void> {
  mkdirSync(folder)
  copyFileSync(join(model, CONFIG_FILE), join(folder, CONFIG_FILE))
  const tensors: Record<string, TestTensor> = {}
  for (const [name, { dims }] of readGoldenTensors(join(model, WEIGHTS_FILE))) {
    const { buffer, byteOffset, byteLength } = (await readWeight(conversion, name)).data as Float32Array
    tensors[name] = { dtype: 'F32', shape: dims, bytes: new Uint8Array(buffer, byteOffset, byteLength) }
  }
  writeFileSync(join(folder, WEIGHTS_FILE), safetensorsFile(tensors))
}
