// Whether a file is there: absence is an answer, every other trouble (no permission, a broken disk) stays an error.
import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'

/** The status of what a path leads to, links followed; undefined where there is nothing. */
export async function fileStatus(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}
