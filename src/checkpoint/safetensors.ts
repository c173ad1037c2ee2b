// Reads safetensors files (https://huggingface.co/docs/safetensors): 8 bytes little-endian header length, a JSON
// header, then the tensors' bytes. The whole header is checked against the file before anything is read from it,
// and tensors are read one at a time: the file is never in memory as a whole.
import { open, realpath, stat, type FileHandle } from 'node:fs/promises'
import { CheckpointError, show } from '../errors.ts'
import { isJsonObject, parseJsonStrictly } from './json.ts'

/** Bits an element takes, for every element type of the format. */
const DTYPE_BITS = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
} as const

/** Element type of a tensor, in the format's own spelling. */
export type SafetensorsDtype = keyof typeof DTYPE_BITS

/** The format's own limit for the header, so that a hostile file cannot ask for all memory. */
const MAX_HEADER_BYTES = 100_000_000
/** Bytes of the header's length field. */
const LENGTH_BYTES = 8
/** One read call: large enough to run at the disk's speed, well below what one call may ask for (2 GiB). */
const READ_BYTES = 64 * 1024 * 1024

/** Where one tensor lies. */
export interface TensorEntry {
  readonly name: string
  readonly dtype: SafetensorsDtype
  readonly shape: readonly number[]
  /** Absolute byte offset in the file. */
  readonly offset: number
  readonly byteLength: number
  /** The file that holds the bytes, symbolic links resolved. */
  readonly realPath: string
}

/** An open file whose header has been checked. */
export interface SafetensorsFile {
  /** As given to `openSafetensors`. */
  readonly path: string
  /** With symbolic links resolved. */
  readonly realPath: string
  /** Bytes in the file. */
  readonly size: number
  /** The header's `__metadata__`, empty if it has none. */
  readonly metadata: ReadonlyMap<string, string>
  /** By name, in the order of their bytes. */
  readonly tensors: ReadonlyMap<string, TensorEntry>
  /** Exactly the bytes of one tensor, in a buffer of their own. */
  read(entry: TensorEntry): Promise<Uint8Array>
  /**
   * The bytes of one tensor in pieces, for work that must not hold all of it.
   * @param chunkBytes - bytes a piece (the last may be shorter), integer from 1; a new buffer each
   */
  chunks(entry: TensorEntry, chunkBytes?: number): AsyncGenerator<Uint8Array, void>
  /** Closes the file; reading afterwards fails. May be called twice. */
  close(): Promise<void>
}

/**
 * Opens a safetensors file and checks its header: that it fits the file, is JSON without a repeated name, that every
 * tensor's shape and type take as many bytes as its offsets span, and that the tensors cover the data from its first
 * byte to its last without overlap or gap, as the format demands.
 * @throws {CheckpointError} `NOT_FOUND` where there is no such file, `BAD_HEADER` naming file, tensor and the bad value
 */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const handle = await openFile(path)
  try {
    const [real, { size }] = await Promise.all([realpath(path), handle.stat()])
    const { header, dataStart } = await readHeader(handle, path, size)
    const metadata = readMetadata(path, header.get('__metadata__'))
    header.delete('__metadata__')
    const entries = [...header]
      .map(([name, value]) => readEntry(path, real, name, value, dataStart))
      .sort((a, b) => a.offset - b.offset || a.byteLength - b.byteLength)
    checkCoverage(path, entries, dataStart, size)
    return {
      path,
      realPath: real,
      size,
      metadata,
      tensors: new Map(entries.map((entry) => [entry.name, entry])),
      read: async (entry) => {
        const bytes = new Uint8Array(entry.byteLength)
        await readFully(handle, path, bytes, entry.offset)
        return bytes
      },
      chunks: (entry, chunkBytes = READ_BYTES) => readChunks(handle, path, entry, chunkBytes),
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    // Looked at first: opening a named pipe would wait for ever.
    if (!(await stat(path)).isFile()) throw new Error('it is not a file')
    return await open(path, 'r')
  } catch (cause) {
    throw new CheckpointError('NOT_FOUND', `Cannot open ${path}: ${(cause as Error).message}`, { cause })
  }
}

async function readHeader(
  handle: FileHandle,
  path: string,
  size: number,
): Promise<{ header: Map<string, unknown>; dataStart: number }> {
  if (size < LENGTH_BYTES)
    throw bad(path, `expected at least ${LENGTH_BYTES} bytes, but the file has ${size}; download it again`)
  const prefix = new Uint8Array(LENGTH_BYTES)
  await readFully(handle, path, prefix, 0)
  if (new TextDecoder('latin1').decode(prefix) === 'version ')
    throw bad(path, 'this is a Git LFS pointer, not the weights it points to; fetch them with `git lfs pull`')
  const declared = new DataView(prefix.buffer).getBigUint64(0, true)
  if (declared > BigInt(MAX_HEADER_BYTES))
    throw bad(
      path,
      `expected a header of at most ${MAX_HEADER_BYTES} bytes, but it claims to have ${declared}`,
    )
  const length = Number(declared)
  const dataStart = LENGTH_BYTES + length
  if (dataStart > size)
    throw bad(path, `its header claims ${length} bytes, but only ${size - LENGTH_BYTES} follow in the file`)
  const bytes = new Uint8Array(length)
  await readFully(handle, path, bytes, LENGTH_BYTES)
  let parsed: unknown
  try {
    parsed = parseJsonStrictly(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw bad(path, `its header is not JSON as the format asks: ${(cause as Error).message}`, cause)
  }
  if (!isJsonObject(parsed)) throw bad(path, `expected a JSON object as header, but found ${show(parsed)}`)
  return { header: new Map(Object.entries(parsed)), dataStart }
}

function readMetadata(path: string, value: unknown): ReadonlyMap<string, string> {
  if (value === undefined) return new Map()
  if (!isJsonObject(value)) throw bad(path, `expected an object for __metadata__, but found ${show(value)}`)
  const entries = Object.entries(value).map(([key, text]): [string, string] => {
    if (typeof text !== 'string')
      throw bad(path, `expected a string for ${show(key)} in __metadata__, but found ${show(text)}`)
    return [key, text]
  })
  return new Map(entries)
}

function readEntry(
  path: string,
  realPath: string,
  name: string,
  value: unknown,
  dataStart: number,
): TensorEntry {
  const tensor = `tensor ${show(name)}`
  if (!isJsonObject(value)) throw bad(path, `${tensor}: expected an object, but found ${show(value)}`)
  const { dtype, shape, data_offsets: offsets } = value
  if (typeof dtype !== 'string' || !Object.hasOwn(DTYPE_BITS, dtype))
    throw bad(
      path,
      `${tensor}: expected one of ${Object.keys(DTYPE_BITS).join(', ')} for dtype, but found ${show(dtype)}`,
    )
  if (!isCounts(shape))
    throw bad(
      path,
      `${tensor}: expected an array of non-negative integers for shape, but found ${show(shape)}`,
    )
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!)
    throw bad(
      path,
      `${tensor}: expected two integers [begin, end] with 0 <= begin <= end for data_offsets, but found ${show(offsets)}`,
    )
  const [begin, end] = offsets as [number, number]
  const bits = DTYPE_BITS[dtype as SafetensorsDtype] * product(shape)
  if (!Number.isSafeInteger(bits))
    throw bad(path, `${tensor}: its shape ${show(shape)} asks for more bytes than any file can hold`)
  if (bits !== (end - begin) * 8)
    throw bad(
      path,
      `${tensor}: ${dtype} of shape ${show(shape)} takes ${bits / 8} bytes, but data_offsets ${show(offsets)} span ${end - begin}`,
    )
  return {
    name,
    dtype: dtype as SafetensorsDtype,
    shape,
    offset: dataStart + begin,
    byteLength: end - begin,
    realPath,
  }
}

/** @param entries - sorted by offset */
function checkCoverage(path: string, entries: readonly TensorEntry[], dataStart: number, size: number): void {
  let end = dataStart
  let before = 'the header'
  for (const { name, offset, byteLength } of entries) {
    const range = `tensor ${show(name)}: its bytes ${offset} to ${offset + byteLength}`
    if (offset + byteLength > size) throw bad(path, `${range} lie outside the file of ${size} bytes`)
    if (offset !== end) {
      const fault = offset < end ? 'overlap' : 'leave a gap after'
      throw bad(path, `${range} ${fault} ${before}, which ends at ${end}`)
    }
    end = offset + byteLength
    before = show(name)
  }
  if (end !== size)
    throw bad(path, `its tensors end at byte ${end}, but the file has ${size}; download it again`)
}

async function* readChunks(
  handle: FileHandle,
  path: string,
  entry: TensorEntry,
  chunkBytes: number,
): AsyncGenerator<Uint8Array, void> {
  if (!Number.isSafeInteger(chunkBytes) || chunkBytes < 1)
    throw new RangeError(`Expected an integer from 1 for chunkBytes but received ${show(chunkBytes)}`)
  for (let done = 0; done < entry.byteLength; done += chunkBytes) {
    const chunk = new Uint8Array(Math.min(chunkBytes, entry.byteLength - done))
    await readFully(handle, path, chunk, entry.offset + done)
    yield chunk
  }
}

async function readFully(
  handle: FileHandle,
  path: string,
  into: Uint8Array,
  position: number,
): Promise<void> {
  for (let done = 0; done < into.byteLength;) {
    const length = Math.min(READ_BYTES, into.byteLength - done)
    const { bytesRead } = await handle.read(into, done, length, position + done)
    if (bytesRead === 0) throw bad(path, `it was cut off at byte ${position + done} while it was read`)
    done += bytesRead
  }
}

function product(shape: readonly number[]): number {
  // Stops at the first overflow: a later 0 must not hide it.
  return shape.reduce((a, b) => (Number.isSafeInteger(a) ? a * b : a), 1)
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && (n as number) >= 0)
}

function bad(path: string, message: string, cause?: unknown): CheckpointError {
  return new CheckpointError('BAD_HEADER', `${path}: ${message}`, cause === undefined ? {} : { cause })
}
