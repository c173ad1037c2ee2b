// Small files of the set-up: read with their absence in mind, written under another name and renamed.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isMissing } from './hash.mjs'

/**
 * Reads a JSON file of this project or of its packages.
 * @template T - what it holds
 * @param {string} path
 * @returns {Promise<T | undefined>} undefined when it is missing or no JSON, as after an interrupted write by another program
 */
export async function readJson(path) {
  try {
    return /** @type {T} */ (JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Writes a JSON file whole or not at all. @param {string} path @param {unknown} value */
export async function writeJson(path, value) {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}.tmp`
  await writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`)
  await rename(temporary, path)
}
