// Compiled models kept for the next time. OpenVINO writes and reads them itself (its CACHE_DIR); here is decided where, and
// that none is read which is not whole or was made of something else.
import { createHash } from 'node:crypto'
import { access, constants, mkdir, readdir, readFile, realpath, stat, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { invalidType } from '../errors.ts'
import type { IrFolder } from '../ir/open-ir.ts'
import { clearLeftovers, replaceFolder } from '../ir/replace-folder.ts'
import { runtimeCacheFolder } from '../openvino/cache-folder.ts'
import type { DeviceConfig } from './performance.ts'

/** What decides about a compiled model. */
export interface CompileKey {
  readonly ir: Pick<IrFolder, 'folder' | 'parts'>
  /** OpenVINO's. */
  readonly version: string
  readonly device: string
  /** What the parts are compiled with. */
  readonly properties: Readonly<Record<string, unknown>>
}

/** Lists the cache's files with their sizes. */
const STAMP = 'complete.json'

/**
 * Compiles with a cache: from it where this very model was compiled before, else into it.
 * @param folder - where caches are kept; `compiled` in the project's or the user's cache folder if left out, none if null
 * @param compile - given the properties to compile with
 * @throws {TypeError} for anything else; and what `compile` throws, which leaves no cache
 */
export async function withCompileCache<T>(
  folder: string | null | undefined,
  key: CompileKey,
  compile: (properties: DeviceConfig) => Promise<T>,
): Promise<T> {
  if (folder === null) return await compile({})
  if (folder !== undefined && typeof folder !== 'string')
    throw invalidType('cacheFolder', 'a folder, or null for none', folder)
  const parent = folder ?? join(runtimeCacheFolder(), 'compiled')
  const path = join(parent, await hashOf(key))
  if (await isWhole(path)) return await compile(properties(path))
  try {
    await mkdir(parent, { recursive: true })
    await access(parent, constants.W_OK)
  } catch (error) {
    if (folder !== undefined) throw error
    // A service may have no folder that it can write to: it compiles anew each time, and is told.
    process.emitWarning(
      `The compiled model cannot be kept for the next time: ${(error as Error).message}; name another folder with ` +
        'cacheFolder or KOSMOS2_CACHE, or keep none with cacheFolder: null',
      { code: 'KOSMOS2_NO_COMPILE_CACHE' },
    )
    return await compile({})
  }
  await clearLeftovers(path)
  return await replaceFolder(path, async (fresh) => {
    const compiled = await compile(properties(fresh))
    await writeFile(join(fresh, STAMP), JSON.stringify(await sizes(fresh)))
    return compiled
  })
}

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
