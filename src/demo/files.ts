// The files that the server gives out: the page's, and those of the examples and stickers that there were at its start.
import { readdir } from 'node:fs/promises'
import { extname, join, parse } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fileStatus } from '../checkpoint/file-status.ts'
import { ImageError } from '../errors.ts'
import type { Example } from './api.ts'

/** Where the page asks for them. */
export const EXAMPLES = 'examples'
export const STICKERS = 'stickers'

const PICTURES = ['.png', '.jpg', '.jpeg', '.webp', '.gif', '.tif', '.tiff', '.avif']

/** More would be no choice at a glance. */
const MOST_EXAMPLES = 48

/**
 * The folder of the built page: beside this file, or where the build of the project puts it.
 * @throws {Error} saying how to build it
 */
export async function pageFolder(given: string | undefined): Promise<string> {
  const isSource = extname(import.meta.url) === '.ts'
  const own = fileURLToPath(new URL(isSource ? '../../dist/demo/page' : './page', import.meta.url))
  const folder = given ?? own
  if ((await fileStatus(join(folder, 'index.html')))?.isFile() === true) return folder
  throw new Error(
    `Expected the demo's page in ${folder}, but there is no index.html; \`npm run build\` makes it`,
  )
}

/**
 * The pictures of a folder, by name.
 * @throws {ImageError} for a file with a picture's name that is none
 */
export async function listExamples(folder: string): Promise<Example[]> {
  const { default: sharp } = await import('sharp')
  const files = (await filesOf(folder)).filter((file) => PICTURES.includes(extname(file).toLowerCase()))
  return await Promise.all(
    files.slice(0, MOST_EXAMPLES).map(async (file) => {
      try {
        const { width, height } = (await sharp(join(folder, file)).metadata()).autoOrient
        return { name: parse(file).name, path: `${EXAMPLES}/${encodeURIComponent(file)}`, width, height }
      } catch (cause) {
        throw new ImageError(
          'NOT_AN_IMAGE',
          `Expected pictures in ${folder}, but ${file} cannot be read; mend it or take it away`,
          { cause },
        )
      }
    }),
  )
}

/**
 * The drawings of a folder: the first index, a JSON file with a picture of the same name beside it.
 * @throws {Error} where there is none
 */
export async function findStickers(folder: string): Promise<{ index: string; files: readonly string[] }> {
  const files = await filesOf(folder)
  for (const index of files.filter((file) => extname(file) === '.json')) {
    const { name } = parse(index)
    const picture = files.find((file) => PICTURES.includes(extname(file)) && parse(file).name === name)
    if (picture !== undefined) return { index, files: [index, picture] }
  }
  throw new Error(
    `Expected a JSON file and a picture of the same name in ${folder} for stickers, but there are none`,
  )
}

/** The visible files of a folder, by name. */
async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort()
}
