// The files that a conversion is made of, as bytes: read once from front to back, hashed, and watched for changes.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import { SMALL_FILES } from '../checkpoint/file-names.ts'
import { fileStatus } from '../checkpoint/file-status.ts'
import type { TensorEntry } from '../checkpoint/safetensors.ts'
import type { Weights } from '../checkpoint/weights.ts'
import { hashThread } from './hash-thread.ts'
import type { FileIdentity } from './hashed-file.ts'

/** Bytes of a checkpoint's weights. */
export interface SourceBlock {
  /** Whose they are; undefined for a file's header. */
  readonly entry: TensorEntry | undefined
  readonly bytes: Uint8Array
}

/** Bytes read at a time: what a worker compresses in some ten milliseconds. */
export const BLOCK_BYTES = 4 * 1024 * 1024

/** Of all files that hold weights. */
export const weightBytes = (weights: Weights): number =>
  weights.files.reduce((sum, { size }) => sum + size, 0)

/**
 * Every byte of the weights: the files in the order of their paths, each from front to back.
 * @param blockBytes - bytes to read at a time from a tensor
 */
export async function* sourceBlocks(
  weights: Weights,
  blockBytes: (entry: TensorEntry) => number = () => BLOCK_BYTES,
): AsyncGenerator<SourceBlock, void> {
  for (const { realPath, tensors } of weights.files.toSorted((a, b) => (a.realPath < b.realPath ? -1 : 1))) {
    const entries = [...tensors.values()] // without gap or overlap, and the header before them
    const dataStart = entries[0]?.offset ?? 0
    const header = { name: '', dtype: 'U8', shape: [], offset: 0, byteLength: dataStart, realPath } as const
    for await (const bytes of weights.chunks(header, BLOCK_BYTES)) yield { entry: undefined, bytes }
    for (const entry of entries)
      for await (const bytes of weights.chunks(entry, blockBytes(entry))) yield { entry, bytes }
  }
}

/**
 * Reads and hashes the weights: SHA-256 of their files, one after the other in the order of their paths.
 * @param onBytes - told after each block how many have been read
 * @throws the signal's reason
 */
export async function hashSource(
  weights: Weights,
  { signal, onBytes }: { readonly signal: AbortSignal | undefined; readonly onBytes: (done: number) => void },
): Promise<FileIdentity> {
  const thread = hashThread()
  try {
    const hash = thread.stream()
    let done = 0
    for await (const { bytes } of sourceBlocks(weights)) {
      signal?.throwIfAborted()
      const size = bytes.byteLength // read now: the memory moves away
      await hash.take(bytes)
      onBytes((done += size))
    }
    return { bytes: done, sha256: await hash.digest() }
  } finally {
    await thread.close()
  }
}

/** The names of the checkpoint's files beside its weights. */
export async function smallFiles(folder: string): Promise<readonly string[]> {
  const found = await Promise.all(SMALL_FILES.map((name) => fileStatus(join(folder, name))))
  return SMALL_FILES.filter((_, i) => found[i]?.isFile() === true)
}

/**
 * What tells whether a file was written to or replaced: compared before and after a conversion.
 * @param names - of the small files
 */
export async function sourceState(checkpoint: Checkpoint, names: readonly string[]): Promise<string> {
  const paths = [
    ...checkpoint.weights.files.map(({ path }) => path),
    ...names.map((name) => join(checkpoint.folder, name)),
  ]
  const states = paths.map(async (path) => {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true })
    return `${path} ${ino} ${size} ${mtimeNs}`
  })
  return (await Promise.all(states)).join('\n')
}
