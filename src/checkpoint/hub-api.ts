// What the hub says about a repository: the commit of a revision, and size and hash of its files. Its answers are
// checked before they become paths and sizes here.
import { CheckpointError, show } from '../errors.ts'
import { ACCESS_ADVICE, connectionFault, type RemoteFile } from './download.ts'
import { COMMIT_HASH } from './hub-cache.ts'

/** Where to ask, for what, and how. */
export interface Repository {
  /** `org/name` */
  readonly name: string
  readonly revision: string
  /** The hub's address, without a slash at its end. */
  readonly endpoint: string
  /** Sends the requests, with what the hub wants to see of the user. */
  readonly fetch: typeof fetch
  readonly signal?: AbortSignal | undefined
}

/** A file that the hub has. */
export interface HubFile extends RemoteFile {
  /** Name in the repository's top folder. */
  readonly name: string
}

/** The hub cannot be reached or gives no usable answer: what is in the cache may have to do. */
export class HubUnreachable extends CheckpointError {}

/** More than any answer about a few files takes. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024
/** 1 TiB, and 1 GiB for all that is no weights: far above what there is, and a size that arithmetic holds exactly. */
const MAX_WEIGHTS_BYTES = 2 ** 40
const MAX_OTHER_BYTES = 2 ** 30

/** The commit that the repository's revision is at. */
export async function hubCommit(repository: Repository): Promise<string> {
  const { modelInfo } = await import('@huggingface/hub')
  const { name, revision, endpoint } = repository
  const { sha } = await ask(repository, (fetch) =>
    modelInfo({ name, revision, hubUrl: endpoint, additionalFields: ['sha'], fetch }),
  )
  if (typeof sha !== 'string' || !COMMIT_HASH.test(sha))
    throw unexpected(repository, 'a commit of 40 hexadecimal digits', sha)
  return sha
}

/** Those of the named files that the repository has at a commit. @param names - plain file names */
export async function hubFiles(
  repository: Repository,
  commit: string,
  names: readonly string[],
): Promise<readonly HubFile[]> {
  const { pathsInfo } = await import('@huggingface/hub')
  const { name: repo, endpoint } = repository
  const infos = await ask(repository, (fetch) =>
    pathsInfo({ repo, paths: [...names], revision: commit, hubUrl: endpoint, fetch }),
  )
  const files = new Map<string, HubFile>()
  for (const { path, type, size, oid, lfs } of infos) {
    if (!names.includes(path) || files.has(path))
      throw unexpected(repository, `each of ${names.join(', ')} at most once`, path)
    if (type !== 'file') continue
    // A file of Git LFS is named by the hash of its content, any other by git's.
    const { size: bytes, oid: digest }: { size: unknown; oid?: unknown } = lfs ?? { size, oid }
    const limit = path.endsWith('.safetensors') ? MAX_WEIGHTS_BYTES : MAX_OTHER_BYTES
    if (!Number.isSafeInteger(bytes) || (bytes as number) < 0 || (bytes as number) > limit)
      throw unexpected(repository, `a size of ${path} from 0 to ${limit}`, bytes)
    const digits = lfs ? 64 : 40
    // The hash becomes a file name too.
    if (typeof digest !== 'string' || !/^[0-9a-f]+$/.test(digest) || digest.length !== digits)
      throw unexpected(repository, `a hash of ${path} with ${digits} hexadecimal digits`, digest)
    files.set(path, {
      name: path,
      url: `${endpoint}/${repo}/resolve/${commit}/${encodeURIComponent(path)}`,
      size: bytes as number,
      hash: { algorithm: lfs ? 'sha256' : 'git-sha1', digest },
    })
  }
  return [...files.values()]
}

async function ask<T>(
  repository: Repository,
  request: (boundedFetch: typeof fetch) => Promise<T>,
): Promise<T> {
  const { name, revision, endpoint, signal } = repository
  const { HubApiError } = await import('@huggingface/hub')
  try {
    signal?.throwIfAborted()
    return await request(bounded(repository))
  } catch (cause) {
    signal?.throwIfAborted()
    if (cause instanceof CheckpointError) throw cause
    const { status, message } =
      cause instanceof HubApiError
        ? { status: cause.statusCode, message: show(cause.message) }
        : { status: undefined, message: connectionFault(cause) }
    if (status === 404)
      throw new CheckpointError(
        'NOT_FOUND',
        `${name}: neither a folder here nor, with revision ${show(revision)}, a repository at ${endpoint} (404: ${message})`,
        { cause },
      )
    if (status === 401 || status === 403)
      throw new CheckpointError(
        'NOT_FOUND',
        `${name}: no folder here, and at ${endpoint} it does not exist or is not open to everyone (${status}: ${message}). ` +
          `Check the name; ${ACCESS_ADVICE}`,
        { cause },
      )
    throw new HubUnreachable(
      'DOWNLOAD_FAILED',
      `${name}: no usable answer from the hub at ${endpoint}: ${message}`,
      {
        cause,
      },
    )
  }
}

/** The repository's `fetch`, whose answers are read here, up to a limit. */
function bounded({ fetch, signal }: Repository): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, signal: signal ?? null })
    const parts: Uint8Array[] = []
    let size = 0
    for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      parts.push(part)
      size += part.byteLength
      if (size > MAX_ANSWER_BYTES)
        throw new CheckpointError(
          'DOWNLOAD_FAILED',
          `${response.url}: expected an answer of at most ${MAX_ANSWER_BYTES} bytes, but more came`,
        )
    }
    const { status, statusText, headers } = response
    const read = new Response(Buffer.concat(parts), { status, statusText, headers })
    // Only a response of fetch's own has an address, which the hub's client shows in its errors.
    return Object.defineProperty(read, 'url', { value: response.url })
  }
}

function unexpected({ name, endpoint }: Repository, expected: string, found: unknown): CheckpointError {
  return new CheckpointError(
    'DOWNLOAD_FAILED',
    `${name}: expected ${expected} in the answer of ${endpoint}, but found ${show(found)}`,
  )
}
