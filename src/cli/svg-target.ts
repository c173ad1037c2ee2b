// Where `--svg` puts annotated pictures: a file for one picture, a folder for several.
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, parse } from 'node:path'
import { UsageError } from './exit-status.ts'

/**
 * Plans the names before anything is done.
 * @param target - ends in `.svg` for one picture; else a folder, made if missing
 * @param names - the pictures, as the command line names them
 * @returns the path for each name
 * @throws {UsageError} for several pictures and one file, and where two pictures would get one name
 */
export async function planSvgPaths(
  target: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const isFolder = await stat(target).then(
    (status) => status.isDirectory(),
    () => !target.endsWith('.svg'),
  )
  if (!isFolder) {
    if (names.length > 1)
      throw new UsageError(
        `Expected a folder for --svg, as there are ${names.length} pictures, but received ${target}`,
      )
    return new Map([[names[0]!, target]])
  }
  const paths = new Map<string, string>()
  const taken = new Map<string, string>()
  for (const name of names) {
    const path = join(target, `${baseName(name)}.svg`)
    const other = taken.get(path)
    if (other !== undefined && other !== name)
      throw new UsageError(
        `Expected pictures of different names for --svg, but ${other} and ${name} would both be ${path}`,
      )
    taken.set(path, name)
    paths.set(name, path)
  }
  return paths
}

/** Writes a file whole or not at all. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}.tmp`
  try {
    await writeFile(temporary, text)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

function baseName(name: string): string {
  if (name === '-') return 'stdin'
  if (!URL.canParse(name) || !/^(https?|file|data):/i.test(name)) return parse(name).name
  const { protocol, pathname } = new URL(name)
  return (protocol === 'data:' ? '' : parse(pathname).name) || 'picture'
}
