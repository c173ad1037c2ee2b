// Folders that appear whole or not at all: everything is written into a temporary folder beside the place, which takes
// its name at the end. What was interrupted leaves a temporary behind at most, and the next one to come clears it away.
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileStatus } from '../checkpoint/file-status.ts'

/**
 * Makes a folder by way of a temporary one beside it.
 * @param fill - writes everything into the temporary folder
 * @param check - looks at what is at `folder` just before it is replaced, and throws if it must not be
 * @throws whatever the two throw; then nothing is left behind, and what was at `folder` is still there
 */
export async function replaceFolder<T>(
  folder: string,
  fill: (temporary: string) => Promise<T>,
  check: (folder: string) => Promise<unknown> = () => Promise.resolve(),
): Promise<T> {
  await mkdir(dirname(folder), { recursive: true })
  const temporary = temporaryName(folder, 'new')
  active.add(temporary)
  try {
    await mkdir(temporary)
    const result = await fill(temporary)
    await check(folder)
    await takeName(temporary, folder)
    return result
  } finally {
    await rm(temporary, { recursive: true, force: true })
    active.delete(temporary)
  }
}

async function takeName(temporary: string, folder: string): Promise<void> {
  // Only an empty folder goes; systems differ in whether one may be renamed over.
  await rmdir(folder).catch(() => undefined)
  if ((await fileStatus(folder)) === undefined) {
    await rename(temporary, folder)
    return
  }
  // A folder with files cannot be renamed over. Between the two renames there is none for an instant; whoever dies
  // there leaves the old one aside, and the next one to come puts it back.
  const aside = temporaryName(folder, 'old')
  active.add(aside)
  try {
    await rename(folder, aside)
    try {
      await rename(temporary, folder)
    } catch (error) {
      await rename(aside, folder)
      throw error
    }
    await rm(aside, { recursive: true, force: true })
  } finally {
    active.delete(aside)
  }
}

/** Temporaries that this process is working with. */
const active = new Set<string>()

/** `<folder>.<new or old>-<host>-<process>-<random>`. */
function temporaryName(folder: string, kind: 'new' | 'old'): string {
  return `${folder}.${kind}-${host()}-${process.pid}-${randomBytes(4).toString('hex')}`
}
const host = (): string => hostname().replace(/[^\w.]/g, '_')

/** Clears away what was left beside this folder by processes that were killed on this machine. */
export async function clearLeftovers(folder: string): Promise<void> {
  const parent = dirname(folder)
  if ((await fileStatus(parent))?.isDirectory() !== true) return
  const pattern = /^\.(new|old)-(.+)-(\d+)-[0-9a-f]{8}$/
  for (const name of await readdir(parent)) {
    if (!name.startsWith(`${basename(folder)}.`)) continue
    const [, kind, machine, pid] = pattern.exec(name.slice(basename(folder).length)) ?? []
    const path = join(parent, name)
    if (machine !== host() || active.has(path) || isAlive(Number(pid))) continue
    if (kind === 'old' && (await fileStatus(folder)) === undefined) await rename(path, folder)
    else await rm(path, { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false // of an earlier process with this number: our own are in `active`
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
