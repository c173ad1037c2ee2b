// The folder that a conversion appears in: what is there already, whether there is room, and its replacement.
import { readdir, realpath, statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { BOX_REFINER_GRAPH } from '../architecture/box-refiner.ts'
import { SMALL_FILES } from '../checkpoint/file-names.ts'
import { fileStatus } from '../checkpoint/file-status.ts'
import { CheckpointError, show } from '../errors.ts'
import { DETAILED_NAMES, PART_NAMES } from './parts.ts'
import { replaceFolder } from './replace-folder.ts'
import { STAMP_FILE } from './stamp.ts'

/** What is at the place for a conversion. */
export type OutputState = 'nothing' | 'conversion'

/** The names of all files that a conversion may hold. */
const OWN_FILES = new Set([
  STAMP_FILE,
  ...SMALL_FILES,
  ...[...PART_NAMES, BOX_REFINER_GRAPH].flatMap((name) => [`${name}.xml`, `${name}.bin`]),
  ...DETAILED_NAMES.map((name) => `${name}.xml`),
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

/**
 * Makes or replaces a conversion, see replaceFolder.
 * @throws {CheckpointError} `NO_SPACE` where the disk takes no more, `FOLDER_IN_USE`; and whatever `fill` throws
 */
export async function replaceConversion<T>(
  folder: string,
  fill: (temporary: string) => Promise<T>,
): Promise<T> {
  try {
    return await replaceFolder(folder, fill, outputState)
  } catch (cause) {
    if (!FULL.includes((cause as NodeJS.ErrnoException).code ?? '')) throw cause
    throw new CheckpointError(
      'NO_SPACE',
      `${folder}: the disk took no more (${(cause as Error).message}), and what was written was removed; ${ROOM}`,
      { cause },
    )
  }
}

/** What the system calls a full disk, a used-up share of it, and a file larger than is allowed. */
const FULL = ['ENOSPC', 'EDQUOT', 'EFBIG']
const ROOM = 'make room, name a folder on another disk, or choose smaller weights (int8, int4)'

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`
