// Unpacks the shared libraries of OpenVINO's wheel: a zip file with a list of its files and their hashes (Binary
// distribution format, https://packaging.python.org/en/latest/specifications/binary-distribution-format/). Nothing in
// it is believed before it is checked.
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Entry, openPromise, type ZipFile } from 'yauzl'
import { OpenVINOError } from '../errors.ts'

/** A file that was unpacked. */
export interface UnpackedFile {
  /** Relative to the folder, with `/`. */
  readonly path: string
  readonly bytes: number
  /** Hexadecimal. */
  readonly sha256: string
}

/** Bounds of what is unpacked: several times what OpenVINO's wheels hold (963 files, 184 MB). */
const MAX_ENTRIES = 20_000
const MAX_BYTES = 2 ** 30
const MAX_RECORD_BYTES = 2 ** 23

/** What is taken: the libraries, and the licences of all that is in them. */
const LIBRARIES = 'openvino/libs/'
const LICENCES = /^openvino-[\w.+]+\.dist-info\/licenses\/(.+)$/

/**
 * Unpacks the libraries to `libs/` and the licences to `licenses/`.
 * @param wheel - path of the wheel
 * @param folder - an empty folder
 * @param onBytes - told how many of the bytes are unpacked
 * @throws {OpenVINOError} `BAD_WHEEL` for anything that is not as a wheel of OpenVINO has to be: a name that leads out of
 *   the folder, a link, a file that is not in the wheel's own list or differs from it, too many bytes
 */
export async function unpackWheel(
  wheel: string,
  folder: string,
  onBytes: (loaded: number, total: number) => void = () => {},
  signal?: AbortSignal,
): Promise<readonly UnpackedFile[]> {
  const zip = await openZip(wheel)
  try {
    const entries = await readEntries(zip, wheel)
    const recordEntry = [...entries.values()].find(({ fileName }) =>
      /^openvino-[^/]+\.dist-info\/RECORD$/.test(fileName),
    )
    if (recordEntry === undefined)
      throw bad(wheel, 'it is no wheel of openvino: it has no list of files (RECORD)')
    if (recordEntry.uncompressedSize > MAX_RECORD_BYTES) throw bad(wheel, 'its list of files is too long')
    const record = parseRecord((await readEntry(zip, recordEntry)).toString('utf8'), wheel)
    const wanted = [...record].flatMap(([name, listed]) => {
      const path = targetPath(name)
      return path === undefined ? [] : [{ name, path, listed }]
    })
    if (!wanted.some(({ name }) => name.startsWith(LIBRARIES)))
      throw bad(wheel, 'it has no libraries (openvino/libs)')
    const total = wanted.reduce((sum, { listed }) => sum + listed.bytes, 0)
    if (total > MAX_BYTES) throw bad(wheel, `its libraries have ${total} bytes, more than ${MAX_BYTES}`)

    let loaded = 0
    const unpacked: UnpackedFile[] = []
    for (const { name, path, listed } of wanted) {
      signal?.throwIfAborted()
      const entry = entries.get(name)
      if (entry === undefined) throw bad(wheel, `${name} is in its list of files, but not in it`)
      if (entry.uncompressedSize !== listed.bytes)
        throw bad(
          wheel,
          `${name} has ${entry.uncompressedSize} bytes, but ${listed.bytes} in its list of files`,
        )
      const target = join(folder, path)
      await mkdir(dirname(target), { recursive: true })
      const sha256 = await unpackEntry(zip, entry, target, signal)
      if (sha256 !== listed.sha256)
        throw bad(
          wheel,
          `${name} differs from the list of files: SHA-256 ${sha256} in place of ${listed.sha256}`,
        )
      loaded += listed.bytes
      onBytes(loaded, total)
      unpacked.push({ path, bytes: listed.bytes, sha256 })
    }
    return unpacked
  } catch (error) {
    signal?.throwIfAborted()
    throw isZipFault(error) ? bad(wheel, error.message, error) : error
  } finally {
    zip.close()
  }
}

async function openZip(wheel: string): Promise<ZipFile> {
  try {
    return await openPromise(wheel, { autoClose: false, lazyEntries: true, strictFileNames: true })
  } catch (error) {
    throw isZipFault(error) ? bad(wheel, error.message, error) : error
  }
}

/** All entries by name; yauzl refuses names that lead out of a folder. */
async function readEntries(zip: ZipFile, wheel: string): Promise<ReadonlyMap<string, Entry>> {
  const entries = new Map<string, Entry>()
  if (zip.entryCount > MAX_ENTRIES)
    throw bad(wheel, `it has ${zip.entryCount} files, more than ${MAX_ENTRIES}`)
  for await (const entry of zip.eachEntry()) {
    const { fileName } = entry
    if (entries.has(fileName)) throw bad(wheel, `it has ${fileName} twice`)
    if (entry.isEncrypted()) throw bad(wheel, `${fileName} is encrypted`)
    if (!isRegular(entry)) throw bad(wheel, `${fileName} is no regular file (a link, for instance)`)
    entries.set(fileName, entry)
  }
  return entries
}

/** Whether the mode of a Unix file, kept in the upper half, says regular file, folder or nothing at all. */
function isRegular({ externalFileAttributes }: Entry): boolean {
  const type = (externalFileAttributes >>> 16) & 0o170000
  return type === 0 || type === 0o100000 || type === 0o040000
}

/** Where a file of the wheel goes; undefined for all that is not wanted. */
function targetPath(name: string): string | undefined {
  if (name.endsWith('/')) return undefined
  if (name.startsWith(LIBRARIES)) return `libs/${name.slice(LIBRARIES.length)}`
  const licence = LICENCES.exec(name)?.[1]
  return licence === undefined ? undefined : `licenses/${licence}`
}

/** RECORD: lines of `path,sha256=base64url,bytes`. Names with commas are quoted; none that is wanted has one. */
function parseRecord(text: string, wheel: string): ReadonlyMap<string, { sha256: string; bytes: number }> {
  const record = new Map<string, { sha256: string; bytes: number }>()
  for (const line of text.split(/\r?\n/)) {
    const [, name, hash, bytes] = /^([^",]+),sha256=([\w-]{43}),(\d{1,15})$/.exec(line) ?? []
    // RECORD itself and signatures have no hash.
    if (name === undefined || hash === undefined) {
      if (targetPath(line.split(',')[0]!) !== undefined)
        throw bad(wheel, `its list of files has no hash in: ${line}`)
      continue
    }
    record.set(name, { sha256: Buffer.from(hash, 'base64url').toString('hex'), bytes: Number(bytes) })
  }
  return record
}

async function readEntry(zip: ZipFile, entry: Entry): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) parts.push(part)
  return Buffer.concat(parts)
}

/** @returns the SHA-256 of what was written; yauzl refuses more bytes than the entry announces */
async function unpackEntry(
  zip: ZipFile,
  entry: Entry,
  target: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const hash = createHash('sha256')
  const hashing = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  const file = createWriteStream(target, { flags: 'wx' })
  await pipeline(await zip.openReadStreamPromise(entry), hashing, file, { ...(signal && { signal }) })
  return hash.digest('hex')
}

/** What yauzl and zlib throw is about the file; what has a system call, such as a full disk, is not. */
function isZipFault(error: unknown): error is Error {
  if (!(error instanceof Error) || error instanceof OpenVINOError || error.name === 'AbortError') return false
  return !('syscall' in error)
}

function bad(wheel: string, what: string, cause?: Error): OpenVINOError {
  return new OpenVINOError('BAD_WHEEL', `${wheel}: ${what}; get it again`, { cause })
}
