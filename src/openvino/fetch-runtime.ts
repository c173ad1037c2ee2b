// Fetches OpenVINO's shared libraries into the user's cache: `npx kosmos2 setup`. They come from the Python wheel, and
// Python is needed for nothing but getting it.
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { OpenVINOError, rejectUnknownOptions, show } from '../errors.ts'
import { runtimeCacheFolder } from './cache-folder.ts'
import { runtimeFault, writeRuntimeStamp } from './fetched-runtime.ts'
import { downloadWithPip, WHEEL_ADVICE } from './pip.ts'
import { RUNTIME_VERSION, type RuntimeWheels, runtimeWheels } from './runtime-wheels.ts'
import { unpackWheel } from './wheel.ts'

export interface FetchRuntimeOptions {
  /** The wheel of openvino: a path or an http(s) or file URL. By default the user's pip downloads it (60 MB). */
  readonly wheel?: string | undefined
  /** Where fetched runtimes lie. By default the user's cache: `$KOSMOS2_CACHE`, else the system's place for caches. */
  readonly cacheFolder?: string | undefined
  /** Called with what is being done, and the bytes of it that are done. */
  readonly onProgress?: ((progress: FetchProgress) => void) | undefined
  /** Ends the work; nothing half-made stays. */
  readonly signal?: AbortSignal | undefined
}
export interface FetchProgress {
  readonly step: 'check' | 'download' | 'unpack'
  /** Bytes; both are missing where the size is not known, as while pip is at work. */
  readonly loaded?: number
  readonly total?: number
}

export interface FetchedRuntime {
  /** The folder with the libraries in `libs` and their licences in `licenses`. */
  readonly folder: string
  readonly version: string
  /** Whether it was there already, whole. */
  readonly isReused: boolean
}

/** A wheel has about 60 MB. */
const MAX_WHEEL_BYTES = 2 ** 29
/** What an interrupted process left is removed after this, in milliseconds. */
const ABANDONED = 60 * 60 * 1000
/** How often a place is tried for that other processes want as well. */
const ATTEMPTS = 5
/** Hidden: whatever is called `openvino-*` here is taken for a runtime (find-library.ts), half-made as it may be. */
const PARTIAL = `.openvino-${RUNTIME_VERSION}-`

/**
 * Brings the OpenVINO runtime of this library's version into the cache, where `findRuntime` finds it. What is there is
 * checked, file by file, and taken if it is whole. The wheel is checked against the hash that this library knows, and each
 * file against the wheel's own list; the folder appears by one rename.
 * @throws {OpenVINOError} `WRONG_PLATFORM` where there is no wheel for this system, `DOWNLOAD_FAILED`, `HASH_MISMATCH` or
 *   `BAD_WHEEL`; the signal's reason where it was aborted
 */
export async function fetchRuntime(options: FetchRuntimeOptions = {}): Promise<FetchedRuntime> {
  rejectUnknownOptions('fetchRuntime', options, ['wheel', 'cacheFolder', 'onProgress', 'signal'])
  return await fetchFrom(runtimeWheels(), options)
}

/** As fetchRuntime, for wheels of which these are the hashes. */
export async function fetchFrom(
  wheels: RuntimeWheels,
  options: FetchRuntimeOptions,
): Promise<FetchedRuntime> {
  const { wheel, cacheFolder = runtimeCacheFolder(), onProgress, signal } = options
  signal?.throwIfAborted()
  const folder = join(cacheFolder, `openvino-${RUNTIME_VERSION}`)
  onProgress?.({ step: 'check' })
  if ((await runtimeFault(folder, signal)) === undefined)
    return { folder, version: RUNTIME_VERSION, isReused: true }

  await mkdir(cacheFolder, { recursive: true })
  await removeAbandoned(cacheFolder)
  const partial = await mkdtemp(join(cacheFolder, PARTIAL))
  try {
    const path = await getWheel(wheels, wheel, partial, options)
    await checkHash(path, wheels, signal)
    const fresh = join(partial, 'runtime')
    await mkdir(fresh)
    const onBytes = (loaded: number, total: number) => onProgress?.({ step: 'unpack', loaded, total })
    await writeRuntimeStamp(fresh, await unpackWheel(path, fresh, onBytes, signal))
    await putInPlace(fresh, folder, join(partial, 'old'))
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
  return { folder, version: RUNTIME_VERSION, isReused: false }
}

/** @returns the path of the wheel, which lies in `partial` unless it was given as a file */
async function getWheel(
  wheels: RuntimeWheels,
  wheel: string | undefined,
  partial: string,
  { onProgress, signal }: FetchRuntimeOptions,
): Promise<string> {
  const folder = join(partial, 'wheel')
  await mkdir(folder)
  if (wheel === undefined) {
    onProgress?.({ step: 'download' })
    return downloadWithPip(wheels, folder, signal)
  }
  if (/^https?:\/\//i.test(wheel)) {
    const path = join(folder, 'openvino.whl')
    await download(wheel, path, { onProgress, signal })
    return path
  }
  const path = /^file:/i.test(wheel) ? fileURLToPath(wheel) : wheel
  const status = await stat(path).catch(() => undefined)
  if (status?.isFile() !== true)
    throw new OpenVINOError(
      'DOWNLOAD_FAILED',
      `Expected the wheel of openvino at ${show(wheel)}, but there is no such file`,
    )
  return path
}

async function download(
  url: string,
  path: string,
  { onProgress, signal }: FetchRuntimeOptions,
): Promise<void> {
  const failed = (why: string, cause?: unknown) =>
    new OpenVINOError(
      'DOWNLOAD_FAILED',
      `${url}: ${why}; check the address and the network, ${WHEEL_ADVICE}`,
      { cause },
    )
  try {
    const response = await fetch(url, { signal: signal ?? null })
    if (!response.ok || response.body === null) throw failed(`the server answers ${response.status}`)
    const total = Number(response.headers.get('content-length') ?? 0)
    let loaded = 0
    const counting = new Transform({
      transform(chunk: Buffer, _, done) {
        loaded += chunk.length
        onProgress?.({ step: 'download', ...(total > 0 && { loaded, total }) })
        done(loaded > MAX_WHEEL_BYTES ? failed(`it sends more than ${MAX_WHEEL_BYTES} bytes`) : null, chunk)
      },
    })
    await pipeline(response.body as AsyncIterable<Uint8Array>, counting, createWriteStream(path))
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof OpenVINOError || (error instanceof Error && 'syscall' in error)) throw error
    const { cause, message } = error as Error
    throw failed(cause instanceof Error ? cause.message : message, error)
  }
}

/** @throws {OpenVINOError} `HASH_MISMATCH` unless it is one of the wheels that this library knows */
async function checkHash(
  path: string,
  wheels: RuntimeWheels,
  signal: AbortSignal | undefined,
): Promise<void> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), hash, { ...(signal && { signal }) })
  const found = hash.digest('hex')
  if (Object.values(wheels.hashes).includes(found)) return
  const expected = Object.entries(wheels.hashes).map(([python, known]) => `  ${python}  ${known}`)
  throw new OpenVINOError(
    'HASH_MISMATCH',
    `Expected the wheel of openvino ${RUNTIME_VERSION} for ${wheels.platform}, but ${path} is another file, or a damaged one: its SHA-256 is\n  ${found}\nand not that for one of the versions of Python:\n${expected.join('\n')}`,
  )
}

/** Puts a runtime in the place of a damaged one, if there is one; one that is whole by now stays. */
async function putInPlace(fresh: string, folder: string, aside: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    // Another process was faster, with the same.
    if ((await runtimeFault(folder)) === undefined) return
    await rename(folder, `${aside}${attempt}`).catch(() => {
      // Nothing is there; anything else shows in the next line.
    })
    try {
      await rename(fresh, folder)
      return
    } catch (error) {
      if (attempt === ATTEMPTS) throw error
    }
  }
}

async function removeAbandoned(cacheFolder: string): Promise<void> {
  for (const name of await readdir(cacheFolder)) {
    if (!name.startsWith(PARTIAL)) continue
    const path = join(cacheFolder, name)
    const status = await stat(path).catch(() => undefined)
    if (status !== undefined && Date.now() - status.mtimeMs > ABANDONED)
      await rm(path, { recursive: true, force: true })
  }
}
