// The weights in a checkpoint's folder: model.safetensors, or the several files that model.safetensors.index.json
// lists, and box_refiner.safetensors where there is one, seen as one set of tensors.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { CheckpointError, show } from '../errors.ts'
import { BOX_REFINER, isOfBoxRefiner } from './box-refiner-tensors.ts'
import { BOX_REFINER_FILE, WEIGHTS_FILE, WEIGHTS_INDEX_FILE } from './file-names.ts'
import { isJsonObject, readJsonObject } from './json.ts'
import { openSafetensors, type SafetensorsFile, type TensorEntry } from './safetensors.ts'

/** Open weights. */
export interface Weights {
  readonly files: readonly SafetensorsFile[]
  readonly tensors: ReadonlyMap<string, TensorEntry>
  /** Exactly the bytes of one tensor, in a buffer of their own. */
  read(entry: TensorEntry): Promise<Uint8Array>
  /** The bytes of one tensor in pieces: see `SafetensorsFile.chunks`. */
  chunks(entry: TensorEntry, chunkBytes?: number): AsyncGenerator<Uint8Array, void>
  /** Closes every file; reading afterwards fails. May be called twice. */
  close(): Promise<void>
}

/**
 * Opens the weights in a folder and checks their headers.
 * @throws {CheckpointError} `NOT_A_CHECKPOINT` where the folder has none in this format, `BAD_HEADER`, and `BAD_CONFIG`
 *   or `MISSING_TENSOR` for an index that does not fit its files
 */
export async function openWeights(folder: string): Promise<Weights> {
  const names = await readdir(folder)
  const model = names.includes(WEIGHTS_FILE)
    ? [await openSafetensors(join(folder, WEIGHTS_FILE))]
    : names.includes(WEIGHTS_INDEX_FILE)
      ? await openIndexed(folder)
      : undefined
  if (model !== undefined) return joinFiles(await withBoxRefiner(folder, names, model))
  throw new CheckpointError(
    'NOT_A_CHECKPOINT',
    `${folder}: expected ${WEIGHTS_FILE} or ${WEIGHTS_INDEX_FILE}, ${advice(names)}`,
  )
}

/** Closes what is open where the other file cannot be. */
async function withBoxRefiner(
  folder: string,
  names: readonly string[],
  files: readonly SafetensorsFile[],
): Promise<readonly SafetensorsFile[]> {
  if (!names.includes(BOX_REFINER_FILE)) return files
  const path = join(folder, BOX_REFINER_FILE)
  try {
    const refiner = await openSafetensors(path)
    const foreign = [...refiner.tensors.keys()].find((name) => !isOfBoxRefiner(name))
    if (foreign === undefined) return [...files, refiner]
    await refiner.close()
    throw new CheckpointError(
      'UNKNOWN_TENSOR',
      `${path}: expected tensors of a box refiner alone, named ${BOX_REFINER}.*, but found ${show(foreign)}`,
    )
  } catch (error) {
    await Promise.all(files.map((file) => file.close()))
    throw error
  }
}

function advice(names: readonly string[]): string {
  const pickled = names.find((name) => /^pytorch_model.*\.bin/.test(name))
  if (pickled === undefined) return `but found ${show(names)}; copy or download the weights into the folder`
  return `but found ${pickled}; load it in transformers and save it with save_pretrained, which writes safetensors`
}

async function openIndexed(folder: string): Promise<readonly SafetensorsFile[]> {
  const index = join(folder, WEIGHTS_INDEX_FILE)
  const fileOf = await readWeightsIndex(index)
  const files: SafetensorsFile[] = []
  try {
    for (const name of new Set(fileOf.values())) {
      const file = await openSafetensors(join(folder, name))
      files.push(file)
      for (const tensor of file.tensors.keys())
        if (fileOf.get(tensor) !== name)
          throw new CheckpointError(
            'BAD_CONFIG',
            `${index}: expected tensor ${show(tensor)} in ${show(fileOf.get(tensor))}, but found it in ${name}`,
          )
    }
    const { tensors } = joinFiles(files)
    for (const [tensor, name] of fileOf)
      if (!tensors.has(tensor))
        throw new CheckpointError(
          'MISSING_TENSOR',
          `${index}: tensor ${show(tensor)} is not in ${name}, where it should be`,
        )
    return files
  } catch (error) {
    await Promise.all(files.map((file) => file.close()))
    throw error
  }
}

/**
 * Which file in the index's own folder holds which tensor.
 * @throws {CheckpointError} `NOT_FOUND`, or `BAD_CONFIG` for an index that is damaged or names other files
 */
export async function readWeightsIndex(index: string): Promise<ReadonlyMap<string, string>> {
  const { weight_map: value } = await readJsonObject(index)
  if (!isJsonObject(value))
    throw new CheckpointError(
      'BAD_CONFIG',
      `${index}: expected an object for weight_map, but found ${show(value)}`,
    )
  const fileOf = new Map<string, string>()
  for (const [tensor, file] of Object.entries(value)) {
    if (typeof file !== 'string' || !isFileName(file))
      throw new CheckpointError(
        'BAD_CONFIG',
        `${index}: expected the name of a .safetensors file in the same folder for ${show(tensor)}, but found ${show(file)}`,
      )
    fileOf.set(tensor, file)
  }
  return fileOf
}

/** Plain names alone, whatever the platform: an index must not lead out of its folder. */
function isFileName(name: string): boolean {
  return /^[\w.+-]+\.safetensors$/.test(name)
}

function joinFiles(files: readonly SafetensorsFile[]): Weights {
  const fileAt = new Map(files.map((file) => [file.realPath, file]))
  const fileOf = (entry: TensorEntry): SafetensorsFile => {
    const file = fileAt.get(entry.realPath)
    if (file === undefined)
      throw new TypeError(`Expected a tensor of these weights but received ${show(entry)}`)
    return file
  }
  return {
    files,
    tensors: new Map(files.flatMap((file) => [...file.tensors])),
    read: async (entry) => fileOf(entry).read(entry),
    chunks: (entry, chunkBytes) => fileOf(entry).chunks(entry, chunkBytes),
    close: async () => {
      await Promise.all(files.map((file) => file.close()))
    },
  }
}
