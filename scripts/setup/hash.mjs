// Fingerprints of files, which decide whether something has to be made anew: existence never does.
import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'

/**
 * The hash of files' names and contents.
 * @param {string} base - the folder that names are relative to
 * @param {readonly string[]} paths - files, and folders that are taken whole
 * @returns {Promise<string | undefined>} undefined when one of them is missing
 */
export async function hashFiles(base, paths) {
  try {
    const files = (await Promise.all(paths.map((path) => filesUnder(join(base, path))))).flat()
    const contents = await Promise.all(files.map((file) => readFile(file)))
    const hash = createHash('sha256')
    for (const [i, file] of files.entries()) {
      const content = contents[i] ?? ''
      hash.update(`${relative(base, file)}\0${content.length}\0`).update(content)
    }
    return hash.digest('hex')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** @param {string} path @returns {Promise<string[]>} in a stable order */
async function filesUnder(path) {
  let entries
  try {
    entries = await readdir(path, { withFileTypes: true })
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOTDIR') return [path]
    throw error
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  return (await Promise.all(entries.map((entry) => filesUnder(join(path, entry.name))))).flat()
}

/** Whether an error says that a file is not there. @param {unknown} error */
export function isMissing(error) {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}
