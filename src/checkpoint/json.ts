// JSON from files that nobody vouches for: JSON.parse keeps the last of two equal keys without a word, which lets
// two readers of one file see different contents.
import { readFile, stat } from 'node:fs/promises'
import { CheckpointError, show } from '../errors.ts'

/** A JSON object whose values are still to be checked. */
export type JsonObject = Record<string, unknown>

/** Whether a value is an object and no array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** More than any configuration or index needs; a larger file is something else. */
const MAX_FILE_BYTES = 64 * 1024 * 1024

/**
 * Reads a file that holds one JSON object.
 * @throws {CheckpointError} `NOT_FOUND` where there is no such file, `BAD_CONFIG` where it is too large, no JSON, or
 *   repeats a key
 */
export async function readJsonObject(path: string): Promise<JsonObject> {
  let text: string
  try {
    const status = await stat(path)
    if (!status.isFile()) throw new Error('it is not a file')
    if (status.size > MAX_FILE_BYTES)
      throw new CheckpointError(
        'BAD_CONFIG',
        `${path}: expected at most ${MAX_FILE_BYTES} bytes of JSON, but the file has ${status.size}`,
      )
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if (cause instanceof CheckpointError) throw cause
    throw new CheckpointError('NOT_FOUND', `Cannot read ${path}: ${(cause as Error).message}`, { cause })
  }
  let value: unknown
  try {
    value = parseJsonStrictly(text)
  } catch (cause) {
    throw new CheckpointError('BAD_CONFIG', `${path}: not valid JSON: ${(cause as Error).message}`, { cause })
  }
  if (!isJsonObject(value))
    throw new CheckpointError('BAD_CONFIG', `${path}: expected a JSON object, but found ${show(value)}`)
  return value
}

/**
 * As `JSON.parse`, but an object with the same key twice is an error.
 * @throws {SyntaxError} where the text is not JSON or repeats a key, which it names
 */
export function parseJsonStrictly(text: string): unknown {
  const value: unknown = JSON.parse(text)
  rejectRepeatedKeys(text)
  return value
}

/** @param text - valid JSON, so a string is a key exactly if a colon follows */
function rejectRepeatedKeys(text: string): void {
  const open: Set<string>[] = []
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (character === '{') open.push(new Set())
    else if (character === '}') open.pop()
    else if (character === '"') {
      const start = i
      for (i++; text[i] !== '"'; i++) if (text[i] === '\\') i++
      if (!isFollowedByColon(text, i + 1)) continue
      // Parsed, since "a" and "\u0061" are the same key.
      const key = JSON.parse(text.slice(start, i + 1)) as string
      const keys = open.at(-1)
      if (keys?.has(key)) throw new SyntaxError(`the key ${JSON.stringify(key)} appears twice`)
      keys?.add(key)
    }
  }
}

function isFollowedByColon(text: string, position: number): boolean {
  while (/\s/.test(text.charAt(position))) position++
  return text[position] === ':'
}
