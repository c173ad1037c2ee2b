// The pictures that a command line names: files, folders, addresses and standard input.
import { readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { addAbortSignal } from 'node:stream'
import type { ImageInput } from '../index.ts'
import { UsageError } from './exit-status.ts'

/** A picture that is still to be read. */
export interface Picture {
  /** As the command line names it; `-` is standard input. */
  readonly name: string
  read(signal: AbortSignal): Promise<ImageInput>
}

/** Which files of a folder are pictures. In what they hold, content counts and not the name. */
const EXTENSIONS = ['.png', '.jpg', '.jpeg', '.webp', '.gif', '.tif', '.tiff', '.avif']
/** Standard input is read up to here: as much as the library takes as one file. */
const MAX_BYTES = 512 * 1024 * 1024

/** What the operand IMAGE may be, for help. */
export const IMAGE_HELP =
  'IMAGE is a file (PNG, JPEG, WebP, GIF, TIFF, AVIF), a folder (all pictures in it, by name), an http(s), file or data URL, or - for a picture on standard input.'

/**
 * Lists the pictures that the operands stand for: a folder for all that lie in it, without its subfolders.
 * @throws {UsageError} for standard input twice, or from a terminal
 * @throws {Error} for a folder without pictures
 */
export async function listPictures(operands: readonly string[]): Promise<readonly Picture[]> {
  if (operands.filter((name) => name === '-').length > 1)
    throw new UsageError('Standard input (-) holds one picture, so it can be named only once')
  if (operands.includes('-') && process.stdin.isTTY)
    throw new UsageError(
      'Expected a picture on standard input (-), but that is the keyboard; write `< picture.png`',
    )
  return (await Promise.all(operands.map(expand))).flat()
}

async function expand(name: string): Promise<Picture[]> {
  if (name === '-') return [{ name, read: readStandardInput }]
  const isFolder = await stat(name).then(
    (status) => status.isDirectory(),
    () => false, // an address, or a file that reading it will find missing
  )
  if (!isFolder) return [file(name)]
  const entries = await readdir(name, { withFileTypes: true })
  const pictures = entries
    .filter((entry) => !entry.isDirectory() && isPictureName(entry.name))
    .map((entry) => entry.name)
  if (pictures.length === 0)
    throw new Error(`Expected pictures in ${name}, but none of its files ends in ${EXTENSIONS.join(', ')}`)
  return pictures.sort().map((entry) => file(join(name, entry)))
}

function isPictureName(name: string): boolean {
  return !name.startsWith('.') && EXTENSIONS.includes(extname(name).toLowerCase())
}

function file(name: string): Picture {
  return { name, read: () => Promise.resolve(name) }
}

async function readStandardInput(signal: AbortSignal): Promise<Uint8Array> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of addAbortSignal(signal, process.stdin) as AsyncIterable<Buffer>) {
    parts.push(part)
    size += part.length
    if (size > MAX_BYTES)
      throw new Error(`Expected a picture of at most ${MAX_BYTES} bytes on standard input (-)`)
  }
  return Buffer.concat(parts)
}
