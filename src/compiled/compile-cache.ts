// Compiled models kept for the next time. OpenVINO writes and reads them itself (its CACHE_DIR); here is decided where, and
// that none is read which is not whole or was made of something else.
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { invalidType } from '../errors.ts'
import type { IrFolder } from '../ir/open-ir.ts'
import { runtimeCacheFolder as defaultCacheFolder } from '../openvino/cache-folder.ts'
import type { DeviceConfig } from './performance.ts'

/** The cache of one compiled model. One of `keep` and `discard` is to be called in the end. */
export interface CompileCache {
  /** What to compile with. */
  readonly properties: DeviceConfig
  /** All is compiled: it is there for the next time. */
  keep(): Promise<void>
  /** It was not: nothing of it stays. */
  discard(): Promise<void>
}

/** What decides about a compiled model. */
export interface CompileKey {
  readonly ir: Pick<IrFolder, 'folder' | 'parts'>
  /** OpenVINO's. */
  readonly version: string
  readonly device: string
  readonly properties: DeviceConfig
}

/** Lists the cache's files with their sizes. */
const STAMP = 'complete.json'

const NONE: CompileCache = {
  properties: {},
  keep: () => Promise.resolve(),
  discard: () => Promise.resolve(),
}

/**
 * @param folder - where caches are kept; `compiled` in the project's or the user's cache folder if left out, none if null
 * @throws {TypeError} for anything else
 */
export async function compileCache(
  folder: string | null | undefined,
  key: CompileKey,
): Promise<CompileCache> {
  if (folder === null) return NONE
  if (folder !== undefined && typeof folder !== 'string')
    throw invalidType('cacheFolder', 'a folder, or null for none', folder)
  const path = join(folder ?? join(defaultCacheFolder(), 'compiled'), await hashOf(key))
  if (await isWhole(path)) return { ...NONE, properties: properties(path) }

  // Made under another name, so that neither an interrupted process nor a second one leaves a half one under the good.
  const fresh = `${path}.${process.pid}.${next++}`
  await mkdir(fresh, { recursive: true })
  return {
    properties: properties(fresh),
    async keep() {
      await writeFile(join(fresh, STAMP), JSON.stringify(await sizes(fresh)))
      await rm(path, { recursive: true, force: true })
      // Another process may have been as fast; its files are the same.
      await rename(fresh, path).catch(() => rm(fresh, { recursive: true, force: true }))
    },
    discard: () => rm(fresh, { recursive: true, force: true }),
  }
}
let next = 0

/** Weights that the device takes as they are stay in the .bin: the cache is then a tenth, and as fast. */
const properties = (path: string): DeviceConfig => ({ CACHE_DIR: path, CACHE_MODE: 'OPTIMIZE_SIZE' })

/**
 * The place of the conversion belongs to it, as its .bin is read again from there; and the processor, for the cache may
 * lie on a shared disk, and kernels differ.
 */
async function hashOf({ ir, version, device, properties }: CompileKey): Promise<string> {
  const parts = Object.values(ir.parts).map(({ hashes }) => hashes)
  const where = await realpath(ir.folder)
  const text = JSON.stringify([where, parts, version, device, properties, cpus()[0]?.model])
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

async function isWhole(path: string): Promise<boolean> {
  try {
    return (await readFile(join(path, STAMP), 'utf8')) === JSON.stringify(await sizes(path))
  } catch {
    return false // missing or unreadable: it is made anew
  }
}

async function sizes(path: string): Promise<Record<string, number>> {
  const names = (await readdir(path)).filter((name) => name !== STAMP).sort()
  const entries = names.map(async (name) => [name, (await stat(join(path, name))).size] as const)
  return Object.fromEntries(await Promise.all(entries))
}
