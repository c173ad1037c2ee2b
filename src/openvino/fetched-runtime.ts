// A runtime that was fetched: where it lies, and whether it is whole.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { RUNTIME_VERSION } from './runtime-wheels.ts'
import type { UnpackedFile } from './wheel.ts'

/** Lists all files of the folder; written last. */
const STAMP_FILE = 'kosmos2-runtime.json'
const FORMAT = 1

interface Stamp {
  readonly format: number
  readonly version: string
  /** As Node names it, such as `linux-x64`. */
  readonly system: string
  readonly files: readonly UnpackedFile[]
}

const system = (): string => `${process.platform}-${process.arch}`

export async function writeRuntimeStamp(folder: string, files: readonly UnpackedFile[]): Promise<void> {
  const stamp: Stamp = { format: FORMAT, version: RUNTIME_VERSION, system: system(), files }
  await writeFile(join(folder, STAMP_FILE), `${JSON.stringify(stamp, undefined, 2)}\n`)
}

/**
 * What keeps a fetched runtime from being used: read in full and hashed, about half a second.
 * @param folder - `openvino-<version>` in the cache
 * @returns undefined where there is nothing: it is whole
 */
export async function runtimeFault(folder: string, signal?: AbortSignal): Promise<string | undefined> {
  const stamp = await readStamp(folder)
  if (stamp === undefined) return `${folder} is missing or was not written to its end`
  if (stamp.version !== RUNTIME_VERSION || stamp.system !== system())
    return `${folder} holds OpenVINO ${stamp.version} for ${stamp.system}`
  for (const { path, sha256 } of stamp.files) {
    signal?.throwIfAborted()
    const found = await hashFile(join(folder, path), signal)
    if (found !== sha256) return `${join(folder, path)} is ${found === undefined ? 'missing' : 'damaged'}`
  }
  return undefined
}

async function readStamp(folder: string): Promise<Stamp | undefined> {
  try {
    const stamp = JSON.parse(await readFile(join(folder, STAMP_FILE), 'utf8')) as Stamp
    return stamp.format === FORMAT && Array.isArray(stamp.files) ? stamp : undefined
  } catch {
    return undefined // missing, or no JSON: nothing that could be used
  }
}

async function hashFile(path: string, signal: AbortSignal | undefined): Promise<string | undefined> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path, { highWaterMark: 2 ** 20 }), hash, { ...(signal && { signal }) })
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  return hash.digest('hex')
}
