// The folder that a conversion appears in: everything is written into a temporary folder beside it, which takes its
// name at the end. What was interrupted leaves a temporary behind at most, and the next conversion clears it away.
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, realpath, rename, rm, rmdir, statfs } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { SMALL_FILES } from '../checkpoint/file-names.ts'
import { fileStatus } from '../checkpoint/file-status.ts'
import { CheckpointError, show } from '../errors.ts'
import { PART_NAMES } from './parts.ts'
import { STAMP_FILE } from './stamp.ts'

/** What is at the place for a conversion. */
export type OutputState = 'nothing' | 'conversion'

/** The names of all files that a conversion may hold. */
const OWN_FILES = new Set([
  STAMP_FILE,
  ...SMALL_FILES,
  ...PART_NAMES.flatMap((part) => [`${part}.xml`, `${part}.bin`]),
])

/**
 * Looks at the place for a conversion. An empty folder counts as nothing.
 * @throws {CheckpointError} `FOLDER_IN_USE` for a file, or a folder with anything that is not a conversion's
 */
export async function outputState(folder: string): Promise<OutputState> {
  const status = await fileStatus(folder)
  if (status === undefined) return 'nothing'
  const inUse = (what: string) =>
    new CheckpointError(
      'FOLDER_IN_USE',
      `${folder}: expected nothing there, an empty folder or an earlier conversion, but ${what}; name another folder, ` +
        'or move away what is there',
    )
  if (!status.isDirectory()) throw inUse('it is a file')
  const names = await readdir(folder)
  if (names.length === 0) return 'nothing'
  if (!names.includes(STAMP_FILE)) throw inUse(`found ${show(names)} without ${STAMP_FILE}`)
  const foreign = names.filter((name) => !OWN_FILES.has(name))
  if (foreign.length > 0) throw inUse(`found ${show(foreign)} beside it`)
  return 'conversion'
}

/**
 * Where the folder really is: links are followed, so that what they lead to is replaced and not they.
 */
export async function realFolder(folder: string): Promise<string> {
  return (await fileStatus(folder)) === undefined ? resolve(folder) : await realpath(folder)
}

/**
 * Makes a folder by way of a temporary one beside it.
 * @param fill - writes everything into the temporary folder
 * @throws {CheckpointError} `NO_SPACE` where the disk takes no more
 * @throws whatever else `fill` throws; then nothing is left behind, and what was at `folder` is still there
 */
export async function replaceFolder<T>(folder: string, fill: (temporary: string) => Promise<T>): Promise<T> {
  await mkdir(dirname(folder), { recursive: true })
  const temporary = temporaryName(folder, 'new')
  active.add(temporary)
  try {
    await mkdir(temporary)
    const result = await fill(temporary)
    await takeName(temporary, folder)
    return result
  } catch (cause) {
    if (!FULL.includes((cause as NodeJS.ErrnoException).code ?? '')) throw cause
    throw new CheckpointError(
      'NO_SPACE',
      `${folder}: the disk took no more (${(cause as Error).message}), and what was written was removed; ${ROOM}`,
      { cause },
    )
  } finally {
    await rm(temporary, { recursive: true, force: true })
    active.delete(temporary)
  }
}

async function takeName(temporary: string, folder: string): Promise<void> {
  if ((await outputState(folder)) === 'nothing') {
    // Systems differ in whether an empty folder may be renamed over.
    await rmdir(folder).catch(() => undefined)
    await rename(temporary, folder)
    return
  }
  // A folder with files cannot be renamed over. Between the two renames there is none for an instant; whoever dies
  // there leaves the old one aside, and the next conversion puts it back.
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

/** Clears away what conversions into this folder left that were killed on this machine. */
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

/**
 * @param bytes - that are going to be written
 * @throws {CheckpointError} `NO_SPACE` where the disk has not as many free
 */
export async function expectSpace(folder: string, bytes: number): Promise<void> {
  let parent = dirname(folder)
  while ((await fileStatus(parent)) === undefined) parent = dirname(parent)
  const { bavail, bsize } = await statfs(parent)
  const free = bavail * bsize
  if (free < bytes)
    throw new CheckpointError(
      'NO_SPACE',
      `${folder}: the conversion takes ${megabytes(bytes)}, but ${parent} has ${megabytes(free)} free; ${ROOM}`,
    )
}

/** What the system calls a full disk, a used-up share of it, and a file larger than is allowed. */
const FULL = ['ENOSPC', 'EDQUOT', 'EFBIG']
const ROOM = 'make room, name a folder on another disk, or choose smaller weights (int8, int4)'

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`
