// Carries out the plans of the .bin files: goes once through the checkpoint's weights, compresses each block, and
// appends it to the file that it belongs to. Only a few blocks are in memory at any time.
import type { FloatDtype } from '../checkpoint/float-types.ts'
import type { TensorEntry } from '../checkpoint/safetensors.ts'
import type { Weights } from '../checkpoint/weights.ts'
import { CheckpointError } from '../errors.ts'
import type { BinPlan, StoredTensor } from './bin-plan.ts'
import { isStoredAsItIs } from './compress.ts'
import { constantBytes } from './ir-writer.ts'
import { type CompressPool, compressPool } from './compress-pool.ts'
import { hashThread } from './hash-thread.ts'
import { createHashedFile, type FileIdentity, type HashedFile } from './hashed-file.ts'
import type { BinName } from './parts.ts'
import { BLOCK_BYTES, sourceBlocks } from './source.ts'

export interface BinToWrite {
  readonly path: string
  readonly plan: BinPlan
}

/** How far writing is. */
export interface WriteProgress {
  /** The part whose tensor it is. */
  readonly part: BinName | undefined
  /** As the checkpoint names it. */
  readonly tensor: string
  /** Bytes of the checkpoint's weights that have been dealt with. */
  readonly done: number
}

/**
 * Writes every .bin.
 * @param onProgress - called after each block
 * @returns what was written, and what it was made of
 * @throws {CheckpointError} `UNSUITABLE_WEIGHTS` where a tensor's numbers do not fit into its form
 * @throws the signal's reason, or what the file system says
 */
export async function writeBins<Name extends BinName>(
  weights: Weights,
  bins: Readonly<Record<Name, BinToWrite>>,
  {
    signal,
    onProgress,
  }: { readonly signal: AbortSignal | undefined; readonly onProgress: (progress: WriteProgress) => void },
): Promise<{ readonly source: FileIdentity; readonly bins: Readonly<Record<Name, FileIdentity>> }> {
  const names = Object.keys(bins) as Name[]
  const pool = compressPool()
  const [sourceHashes, binHashes] = [hashThread(), hashThread()] // each keeps up with the disk
  const files = new Map<Name, HashedFile>()
  try {
    const writers = new Map<TensorEntry, TensorWriter>()
    for (const name of names) {
      const { path, plan } = bins[name]
      const file = await createHashedFile(path, binHashes)
      files.set(name, file)
      for (const { constant, bytes } of plan.literals)
        await writeAt(file, plan.offsetOf(constant), bytes.slice())
      for (const tensor of plan.tensors)
        writers.set(tensor.entry, tensorWriter(name, tensor, plan, file, pool))
    }

    const hash = sourceHashes.stream()
    const queue = orderedQueue(pool.size + 1)
    let done = 0
    for await (const { entry, bytes } of sourceBlocks(
      weights,
      (e) => writers.get(e)?.blockBytes ?? BLOCK_BYTES,
    )) {
      signal?.throwIfAborted()
      const size = bytes.byteLength // read now: the memory moves away
      const writer = entry === undefined ? undefined : writers.get(entry)
      const work = async () => {
        const hashed = await hash.pass(bytes)
        return (await writer?.compress(hashed)) ?? []
      }
      await queue.add(work(), async (pieces) => {
        await writer?.write(pieces)
        done += size
        onProgress({ part: writer?.part, tensor: entry?.name ?? '', done })
      })
    }
    await queue.drain()
    signal?.throwIfAborted()
    const written: [Name, FileIdentity][] = []
    for (const [name, file] of files) written.push([name, await file.finish()])
    return {
      source: { bytes: done, sha256: await hash.digest() },
      bins: Object.fromEntries(written) as Record<Name, FileIdentity>,
    }
  } finally {
    await Promise.all([pool.close(), sourceHashes.close(), binHashes.close()])
    await Promise.all(Array.from(files.values(), (file) => file.close()))
  }
}

interface TensorWriter {
  readonly part: BinName
  /** Bytes of the checkpoint to take at a time: whole rows. */
  readonly blockBytes: number
  compress(bytes: Uint8Array): Promise<readonly Uint8Array[]>
  /** Takes the blocks' pieces in order. */
  write(pieces: readonly Uint8Array[]): Promise<void>
}

function tensorWriter(
  part: BinName,
  { entry, form, pieces }: StoredTensor,
  plan: BinPlan,
  file: HashedFile,
  pool: CompressPool,
): TensorWriter {
  const dtype = entry.dtype as FloatDtype
  const inRows = form.kind === 'int8' || form.kind === 'int4'
  const columns = inRows ? entry.shape[1]! : 1
  const rowBytes = columns * (dtype === 'F32' ? 4 : 2)
  // An even number of rows: a row's zero points may end in the middle of a byte.
  const blockBytes = inRows ? Math.max(2, 2 * Math.floor(BLOCK_BYTES / rowBytes / 2)) * rowBytes : BLOCK_BYTES
  // Scales and zero points follow the codes in the file and are small: they wait here.
  const kept: Uint8Array[][] = pieces.slice(1).map(() => [])
  let written = 0
  return {
    part,
    blockBytes,
    async compress(bytes) {
      if (isStoredAsItIs(dtype, form)) return [bytes]
      try {
        return await pool.compress({ bytes, dtype, form, columns })
      } catch (cause) {
        if (!(cause instanceof RangeError)) throw cause
        throw new CheckpointError(
          'UNSUITABLE_WEIGHTS',
          `${entry.realPath}: cannot store tensor ${entry.name} as ${form.kind}: ${cause.message}; convert this ` +
            'part with weights: fp32',
          { cause },
        )
      }
    },
    async write([numbers, ...others]) {
      const size = numbers!.byteLength
      if (written === 0) await writeAt(file, plan.offsetOf(pieces[0]!), numbers!)
      else await file.write(numbers!)
      others.forEach((bytes, i) => kept[i]!.push(bytes))
      written += size
      if (written < constantBytes(pieces[0]!.type, pieces[0]!.shape)) return
      for (const [i, piece] of pieces.slice(1).entries())
        await writeAt(file, plan.offsetOf(piece), joined(kept[i]!))
    },
  }
}

/** One after the other, in a buffer of their own. */
function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let end = 0
  for (const piece of pieces) {
    whole.set(piece, end)
    end += piece.byteLength
  }
  return whole
}

/** Writes at a place that is not behind the end: what lies between is zeros. */
async function writeAt(file: HashedFile, offset: number, bytes: Uint8Array): Promise<void> {
  await file.write(new Uint8Array(offset - file.position))
  await file.write(bytes)
}

/** Work that may be done side by side, whose results are used one after the other in the order of the work. */
function orderedQueue(limit: number) {
  const inFlight: Promise<void>[] = []
  let last = Promise.resolve()
  return {
    /** Waits while there is too much under way. @throws what earlier work or use threw */
    async add<T>(work: Promise<T>, use: (result: T) => Promise<void>): Promise<void> {
      const after = last
      last = (async () => {
        // Both are awaited at once: a failure of either must not go unheard while the other is waited for.
        const [result] = await Promise.all([work, after])
        await use(result)
      })()
      last.catch(() => undefined) // heard by the next to wait
      inFlight.push(last)
      if (inFlight.length > limit) await inFlight.shift()
    },
    /** Waits for everything. */
    drain: () => last,
  }
}
