// From what a user writes, a folder or a name on the Hugging Face hub, to a folder on disk.
import { join } from 'node:path'
import { CheckpointError, invalidType, rejectUnknownOptions, show } from '../errors.ts'
import { downloadFile, isWhole } from './download.ts'
import {
  BOX_REFINER_FILE,
  CONFIG_FILE,
  SMALL_FILES,
  TOKENIZER_FILE,
  WEIGHTS_FILE,
  WEIGHTS_INDEX_FILE,
} from './file-names.ts'
import { fileStatus } from './file-status.ts'
import { hubCommit, hubFiles, HubUnreachable, type HubFile, type Repository } from './hub-api.ts'
import { COMMIT_HASH, linkToBlob, repositoryCache, type RepositoryCache } from './hub-cache.ts'
import { readWeightsIndex } from './weights.ts'

/** How far a download is. Files that were in the cache count as loaded. */
export interface DownloadProgress {
  /** The file that is being downloaded. */
  readonly file: string
  /** Bytes of it that are there. */
  readonly fileLoaded: number
  readonly fileTotal: number
  /** Bytes of all files that are there. */
  readonly loaded: number
  readonly total: number
}

/** Where a checkpoint comes from; with a folder only `signal` has a meaning. */
export interface ResolveOptions {
  /** Branch, tag or commit. Default: `main` */
  readonly revision?: string | undefined
  /** Hugging Face's cache. Default: as `HF_HUB_CACHE` or `HF_HOME` say, else `~/.cache/huggingface/hub` */
  readonly cache_dir?: string | undefined
  /** Token for a gated or private repository. Default: `HF_TOKEN` */
  readonly token?: string | undefined
  /** Look in the cache alone, as `HF_HUB_OFFLINE=1` asks too. Default: false */
  readonly local_files_only?: boolean | undefined
  /** Called while something is downloaded. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined
  /** Ends the download; the next call goes on from there. */
  readonly signal?: AbortSignal | undefined
}
/** The names of these options. */
export const RESOLVE_OPTIONS = ['revision', 'cache_dir', 'token', 'local_files_only', 'onProgress', 'signal']

/** What of a checkpoint is needed: all of it, what a processor reads (all but the weights), or config.json alone. */
export type CheckpointParts = 'all' | 'processor' | 'config'

/** The file without which each of these is nothing. */
const NEEDED_FILE = { all: CONFIG_FILE, config: CONFIG_FILE, processor: TOKENIZER_FILE } as const

/**
 * The folder of a checkpoint. A folder is returned as it is. Any other `org/name` is looked up on the Hugging Face hub
 * and downloaded into Hugging Face's own cache: what is there is not loaded again, what was cut off is continued, and
 * sizes and hashes are checked. If the hub cannot be reached, what the cache has is used, with a warning.
 *
 * The environment variables `HF_HOME`, `HF_HUB_CACHE`, `HF_ENDPOINT`, `HF_TOKEN` and `HF_HUB_OFFLINE` mean what they mean
 * to Hugging Face's tools.
 * @param nameOrFolder - such as `models/kosmos2-tiny` or `microsoft/kosmos-2-patch14-224`
 * @param parts - what has to be there: a processor does not need the weights
 * @throws {CheckpointError} `NOT_FOUND`, `NOT_A_CHECKPOINT`, `OFFLINE`, `DOWNLOAD_FAILED` or `HASH_MISMATCH`; the signal's
 *   reason where it was aborted
 */
export async function resolveCheckpoint(
  nameOrFolder: string,
  options: ResolveOptions = {},
  parts: CheckpointParts = 'all',
): Promise<string> {
  if (typeof nameOrFolder !== 'string')
    throw invalidType('the checkpoint', 'a folder or a name on the hub', nameOrFolder)
  rejectUnknownOptions('a checkpoint', options, RESOLVE_OPTIONS)
  options.signal?.throwIfAborted()
  const status = await fileStatus(nameOrFolder)
  if (status?.isDirectory() === true) return nameOrFolder
  if (status !== undefined)
    throw new CheckpointError(
      'NOT_FOUND',
      `${nameOrFolder}: expected a folder, but this is a file; give the folder that holds it`,
    )
  if (!isRepositoryName(nameOrFolder))
    throw new CheckpointError(
      'NOT_FOUND',
      `${nameOrFolder}: there is no such folder, and it is no name on the hub, such as microsoft/kosmos-2-patch14-224`,
    )
  const repository = describeRepository(nameOrFolder, options)
  const { getHFHubCachePath, getRepoFolderName } = await import('@huggingface/hub')
  const cacheFolder = options.cache_dir ?? getHFHubCachePath()
  const cache = repositoryCache(join(cacheFolder, getRepoFolderName({ type: 'model', name: nameOrFolder })))
  if (options.local_files_only === true || isOffline()) {
    const folder = await cachedSnapshot(repository, cache, parts)
    if (folder !== undefined) return folder
    throw new CheckpointError(
      'OFFLINE',
      `${nameOrFolder}: no such folder here, and revision ${show(repository.revision)} is not complete in the cache ` +
        `at ${cacheFolder}; let it be downloaded once without HF_HUB_OFFLINE and local_files_only`,
    )
  }
  try {
    return await fromHub(repository, cache, parts, options)
  } catch (error) {
    if (isSystemError(error))
      throw new CheckpointError(
        'DOWNLOAD_FAILED',
        `${nameOrFolder}: cannot write to the cache at ${cacheFolder}: ${error.message}; make room there, or name ` +
          'another folder with cache_dir or HF_HOME',
        { cause: error },
      )
    if (!(error instanceof HubUnreachable)) throw error
    const folder = await cachedSnapshot(repository, cache, parts)
    if (folder === undefined) throw error
    process.emitWarning(`${error.message}; using what is in the cache: ${folder}`)
    return folder
  }
}

function describeRepository(name: string, { revision = 'main', token, signal }: ResolveOptions): Repository {
  // A revision is a path in the cache.
  if (!/^[\w.+-]+(\/[\w.+-]+)*$/.test(revision) || revision.split('/').some((part) => /^\.+$/.test(part)))
    throw new CheckpointError('NOT_FOUND', `${name}: ${show(revision)} is no name of a branch, tag or commit`)
  const endpoint = (process.env['HF_ENDPOINT'] || 'https://huggingface.co').replace(/\/+$/, '')
  if (!URL.canParse(endpoint) || !/^https?:/.test(endpoint))
    throw new CheckpointError(
      'NOT_FOUND',
      `Expected an http or https address in HF_ENDPOINT, but found ${show(endpoint)}`,
    )
  return { name, revision, endpoint, fetch: authorized(token ?? process.env['HF_TOKEN']), signal }
}

/** `fetch` with the token, which it does not take along when the hub sends it to another host. */
function authorized(token: string | undefined): typeof fetch {
  if (token === undefined || token === '') return fetch
  return (input, init) => {
    const headers = new Headers(init?.headers)
    headers.set('Authorization', `Bearer ${token}`)
    return fetch(input, { ...init, headers })
  }
}

async function fromHub(
  repository: Repository,
  cache: RepositoryCache,
  parts: CheckpointParts,
  { onProgress, signal }: ResolveOptions,
): Promise<string> {
  const commit = await hubCommit(repository)
  const snapshot = cache.snapshot(commit)
  const files = await listCheckpoint(repository, commit, parts, async (index) => {
    await downloadFile(cache.blob(index.hash.digest), index, { fetch: repository.fetch, signal })
    return cache.blob(index.hash.digest)
  })
  const total = files.reduce((sum, { size }) => sum + size, 0)
  let before = 0
  for (const file of files) {
    const onBytes = (fileLoaded: number): void =>
      onProgress?.({ file: file.name, fileLoaded, fileTotal: file.size, loaded: before + fileLoaded, total })
    if (!(await isWhole(join(snapshot, file.name), file)))
      await downloadFile(cache.blob(file.hash.digest), file, { fetch: repository.fetch, signal, onBytes })
    before += file.size
  }
  // Only now, the weights last: a download that was interrupted leaves no folder that looks like a checkpoint.
  for (const file of files) {
    const pointer = join(snapshot, file.name)
    if (!(await isWhole(pointer, file))) await linkToBlob(cache.blob(file.hash.digest), pointer)
  }
  const { revision } = repository
  if (revision !== commit && (await cache.readRef(revision)) !== commit)
    await cache.writeRef(revision, commit)
  return snapshot
}

/** The files to download. @param getIndex - downloads the index of weights in several files, and returns its path */
async function listCheckpoint(
  repository: Repository,
  commit: string,
  parts: CheckpointParts,
  getIndex: (index: HubFile) => Promise<string>,
): Promise<readonly HubFile[]> {
  const lacks = (what: string): CheckpointError =>
    new CheckpointError(
      'NOT_A_CHECKPOINT',
      `${repository.name}: the repository has no ${what} at revision ${show(repository.revision)}`,
    )
  const names = parts === 'config' ? [CONFIG_FILE] : SMALL_FILES
  const weightNames = [BOX_REFINER_FILE, WEIGHTS_FILE, WEIGHTS_INDEX_FILE]
  const files = await hubFiles(repository, commit, [...names, ...weightNames])
  const small = files.filter(({ name }) => names.includes(name))
  if (!small.some(({ name }) => name === NEEDED_FILE[parts])) throw lacks(NEEDED_FILE[parts])
  if (parts !== 'all') return small
  const others = [...small, ...files.filter(({ name }) => name === BOX_REFINER_FILE)]
  const weights = files.find(({ name }) => name === WEIGHTS_FILE)
  const index = files.find(({ name }) => name === WEIGHTS_INDEX_FILE)
  if (weights !== undefined) return [...others, weights]
  if (index === undefined) throw lacks(`${WEIGHTS_FILE} or ${WEIGHTS_INDEX_FILE}`)
  const shardNames = [...new Set((await readWeightsIndex(await getIndex(index))).values())]
  const shards = await hubFiles(repository, commit, shardNames)
  const lost = shardNames.find((name) => !shards.some((shard) => shard.name === name))
  if (lost !== undefined) throw lacks(lost)
  return [...others, index, ...shards]
}

/** The folder of the revision in the cache, if all that is needed is in it. */
async function cachedSnapshot(
  { revision }: Repository,
  cache: RepositoryCache,
  parts: CheckpointParts,
): Promise<string | undefined> {
  const commit = COMMIT_HASH.test(revision) ? revision : await cache.readRef(revision)
  if (commit === undefined) return undefined
  const snapshot = cache.snapshot(commit)
  const has = async (name: string): Promise<boolean> =>
    (await fileStatus(join(snapshot, name)))?.isFile() === true
  if (!(await has(NEEDED_FILE[parts]))) return undefined
  if (parts !== 'all' || (await has(WEIGHTS_FILE))) return snapshot
  if (!(await has(WEIGHTS_INDEX_FILE))) return undefined
  const shards = await readWeightsIndex(join(snapshot, WEIGHTS_INDEX_FILE))
  for (const shard of new Set(shards.values())) if (!(await has(shard))) return undefined
  return snapshot
}

/** Hugging Face's rule for `org/name`. */
function isRepositoryName(name: string): boolean {
  return /^[\w.-]+\/[\w.-]+$/.test(name) && name.length <= 96 && !/(^|\/)[.-]|[.-](\/|$)|--|\.\./.test(name)
}

function isOffline(): boolean {
  return [process.env['HF_HUB_OFFLINE'], process.env['TRANSFORMERS_OFFLINE']].some(
    (value) => value !== undefined && /^(1|on|yes|true)$/i.test(value),
  )
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}
