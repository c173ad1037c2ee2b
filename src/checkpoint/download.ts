// Downloads one file: it goes on where an earlier attempt stopped, and gets its name only when all of it is there and
// its hash is right.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { constants, mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CheckpointError, show } from '../errors.ts'
import { fileStatus } from './file-status.ts'

/** What is to be downloaded, and how to know that it came whole. */
export interface RemoteFile {
  readonly url: string
  /** Bytes. */
  readonly size: number
  /** `git-sha1` is git's name of a blob: the SHA-1 of a short header and the content. */
  readonly hash: { readonly algorithm: 'sha256' | 'git-sha1'; readonly digest: string }
}

/** How to download it. */
export interface DownloadOptions {
  /** Sends the requests: the place for headers that the server asks for. */
  readonly fetch: typeof fetch
  /** Ends the download; what came stays for the next time. */
  readonly signal?: AbortSignal | undefined
  /** Called with the bytes that are there so far. */
  readonly onBytes?: ((loaded: number) => void) | undefined
  /** Wait before the second attempt, in milliseconds; doubled each time. */
  readonly retryDelay?: number
}

/** Attempts that bring less than `PROGRESS_BYTES` each, before the download is given up. */
const ATTEMPTS = 5
const PROGRESS_BYTES = 1024 * 1024
const RETRY_DELAY = 1000
/** Answers that may be better next time: too many requests, or the server's own trouble. */
const PASSING_STATUS = [408, 429, 500, 502, 503, 504]

/** What to do about a repository that is not open to everyone. */
export const ACCESS_ADVICE =
  "for a gated or private repository, ask for access on the repository's page and put a token that may read it into " +
  'the environment variable HF_TOKEN'

/** The connection was cut, or the server had trouble: worth another attempt. */
class PassingFailure extends Error {}

/**
 * Downloads a file to `path`, if it is not there yet. Until it is whole it is `<path>.incomplete`, as in Hugging Face's
 * cache; what is there under that name is continued. Several processes may do this at once: they write the same bytes
 * at the same places.
 * @throws {CheckpointError} `HASH_MISMATCH` where the bytes are not those that were announced (nothing is kept),
 *   `NOT_FOUND`, or `DOWNLOAD_FAILED`, after several attempts where those may help; the signal's reason where it was
 *   aborted
 */
export async function downloadFile(path: string, file: RemoteFile, options: DownloadOptions): Promise<void> {
  if (await isWhole(path, file)) return
  await mkdir(dirname(path), { recursive: true })
  const resumes = (await sizeOf(incompletePath(path))) > 0
  let found = await downloadAndHash(path, file, options)
  // What an earlier attempt left may be to blame, and then a fresh start helps.
  if (found !== file.hash.digest && resumes) found = await downloadAndHash(path, file, options)
  if (found !== file.hash.digest)
    throw new CheckpointError(
      'HASH_MISMATCH',
      `${file.url}: expected ${file.hash.algorithm} ${file.hash.digest}, but what came has ${found}; it was deleted. ` +
        'Try again, and if it happens again, look for a proxy or mirror that changes files',
    )
}

/** Whether a file is there with the size that is asked for. */
export async function isWhole(path: string, { size }: Pick<RemoteFile, 'size'>): Promise<boolean> {
  const status = await fileStatus(path)
  return status?.isFile() === true && status.size === size
}

/** Downloads the file and returns its hash; it is at `path` afterwards if the hash is right, and gone if it is not. */
async function downloadAndHash(path: string, file: RemoteFile, options: DownloadOptions): Promise<string> {
  await downloadBytes(path, file, options)
  const incomplete = incompletePath(path)
  try {
    // Where another process was faster its result is looked at, for this one may have written to it as well.
    const written = (await isWhole(path, file)) ? path : incomplete
    const found = await hashFile(written, file, options.signal)
    if (found !== file.hash.digest) await rm(written, { force: true })
    else if (written === incomplete) await rename(incomplete, path)
    else await rm(incomplete, { force: true })
    return found
  } catch (error) {
    const renamedMeanwhile = (error as NodeJS.ErrnoException).code === 'ENOENT' && (await isWhole(path, file))
    if (!renamedMeanwhile) throw error
    return downloadAndHash(path, file, options)
  }
}

/** Has `<path>.incomplete` hold as many bytes as the file has, in as many attempts as that takes. */
async function downloadBytes(path: string, file: RemoteFile, options: DownloadOptions): Promise<void> {
  const incomplete = incompletePath(path)
  let failures = 0
  while (!(await isWhole(path, file))) {
    const before = await sizeOf(incomplete)
    try {
      await attempt(incomplete, file, options)
      return
    } catch (error) {
      options.signal?.throwIfAborted()
      if (!(error instanceof PassingFailure)) throw error
      failures = (await sizeOf(incomplete)) - before >= PROGRESS_BYTES ? 1 : failures + 1
      if (failures === ATTEMPTS)
        throw new CheckpointError(
          'DOWNLOAD_FAILED',
          `${file.url}: ${error.message}, after ${ATTEMPTS} attempts; what came is kept, and the next call continues it`,
          { cause: error.cause },
        )
    }
    await wait((options.retryDelay ?? RETRY_DELAY) * 2 ** (failures - 1), options.signal)
  }
}

async function attempt(
  incomplete: string,
  file: RemoteFile,
  { fetch, signal, onBytes }: DownloadOptions,
): Promise<void> {
  signal?.throwIfAborted()
  // Opened before its size is asked for: should another process rename it now, both still mean the same file.
  const handle = await open(incomplete, constants.O_WRONLY | constants.O_CREAT)
  try {
    let offset = (await handle.stat()).size
    if (offset > file.size) {
      await handle.truncate(0)
      offset = 0
    }
    if (offset === file.size) return
    const response = await fetch(file.url, {
      headers: { 'Accept-Encoding': 'identity', ...(offset > 0 && { Range: `bytes=${offset}-` }) },
      signal: signal ?? null,
    }).catch((cause: unknown) => {
      throw new PassingFailure(`no connection (${connectionFault(cause)})`, { cause })
    })
    const end = await writeBody(handle, response, await startOf(response, offset, file), file, onBytes)
    if (end !== file.size) throw new PassingFailure(`the answer ended after ${end} of ${file.size} bytes`)
  } finally {
    await handle.close()
  }
}

/** The place in the file where the answer's first byte belongs. */
async function startOf(response: Response, offset: number, file: RemoteFile): Promise<number> {
  const { status } = response
  if (status === 200) return 0 // it does not know ranges, and begins anew
  const range = response.headers.get('content-range') ?? ''
  if (status === 206 && range.startsWith(`bytes ${offset}-`) && range.endsWith(`/${file.size}`)) return offset
  await response.body?.cancel()
  if (PASSING_STATUS.includes(status)) throw new PassingFailure(`the server answered ${status}`)
  if (status === 206)
    throw new CheckpointError(
      'DOWNLOAD_FAILED',
      `${file.url}: asked for the bytes from ${offset} of ${file.size}, but the server sent ${show(range)}`,
    )
  const closed = status === 401 || status === 403
  throw new CheckpointError(
    closed || status === 404 ? 'NOT_FOUND' : 'DOWNLOAD_FAILED',
    `${file.url}: the server answered ${status}${closed ? `; ${ACCESS_ADVICE}` : ''}`,
  )
}

/** Writes the answer from `start` on and returns the place after its last byte. */
async function writeBody(
  handle: FileHandle,
  { body }: Response,
  start: number,
  file: RemoteFile,
  onBytes: ((loaded: number) => void) | undefined,
): Promise<number> {
  if (body === null) return start
  let end = start
  const reader = (body as ReadableStream<Uint8Array>).getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw new PassingFailure(`the connection was cut after ${end} of ${file.size} bytes`, { cause })
      })
      if (done) return end
      if (end + value.byteLength > file.size)
        throw new CheckpointError(
          'DOWNLOAD_FAILED',
          `${file.url}: expected ${file.size} bytes, but the server sends more`,
        )
      await writeFully(handle, value, end)
      end += value.byteLength
      onBytes?.(end)
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.byteLength - done, position + done)
    done += bytesWritten
  }
}

async function hashFile(path: string, file: RemoteFile, signal: AbortSignal | undefined): Promise<string> {
  const git = file.hash.algorithm === 'git-sha1'
  const hash = createHash(git ? 'sha1' : 'sha256')
  if (git) hash.update(`blob ${file.size}\0`)
  const stream = createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>
  for await (const chunk of stream) {
    signal?.throwIfAborted()
    hash.update(chunk)
  }
  return hash.digest('hex')
}

function incompletePath(path: string): string {
  return `${path}.incomplete`
}

async function sizeOf(path: string): Promise<number> {
  return (await fileStatus(path))?.size ?? 0
}

async function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(milliseconds, undefined, { ...(signal && { signal }) }).catch((error: unknown) => {
    throw signal?.reason ?? error
  })
}

/** What was wrong with a connection: `fetch` itself says only that it failed. */
export function connectionFault(error: unknown): string {
  const { cause, message } = error as Error
  return cause instanceof Error && cause.message !== '' ? cause.message : message
}
