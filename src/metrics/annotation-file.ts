// Files of annotations, which may come from anywhere: bounded before they are read, and checked value by value after.
import { readFile, stat } from 'node:fs/promises'
import { AnnotationError, show } from '../errors.ts'

/** More than COCO's own instances take; longer ones do not fit in a string. */
const MAX_JSON_BYTES = 500e6

/**
 * Reads a file whole.
 * @throws {AnnotationError} `NOT_FOUND` where it cannot be read, `TOO_LARGE` where it has more than `maxBytes`
 */
export async function readAnnotationText(path: string, maxBytes: number): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > maxBytes)
      throw new AnnotationError(
        'TOO_LARGE',
        `${path}: expected at most ${maxBytes} bytes, but it has ${size}`,
      )
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (cause instanceof AnnotationError) throw cause
    throw new AnnotationError('NOT_FOUND', `Cannot read ${path}: ${(cause as Error).message}`, { cause })
  }
}

/** Reads a JSON file. @throws as `readAnnotationText`, and `DAMAGED` where it is no JSON */
export async function readAnnotationJson(path: string): Promise<unknown> {
  const text = await readAnnotationText(path, MAX_JSON_BYTES)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AnnotationError('DAMAGED', `${path}: not valid JSON: ${(cause as Error).message}`, { cause })
  }
}

/** The error for a value that is not what its place asks for. @param place - such as `refs.json: refs[3].ann_id` */
export function damaged(place: string, expected: string, found: unknown): AnnotationError {
  return new AnnotationError('DAMAGED', `${place}: expected ${expected} but found ${show(found)}`)
}

/** @throws {AnnotationError} unless the value is a list */
export function listAt(place: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw damaged(place, 'a list', value)
  return value
}

/** The fields of an object; those that are missing are undefined. @throws {AnnotationError} unless it is one */
export function fieldsAt(place: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw damaged(place, 'an object', value)
  return value as Record<string, unknown>
}

export function textAt(place: string, value: unknown): string {
  if (typeof value !== 'string') throw damaged(place, 'a text', value)
  return value
}

export function wholeNumberAt(place: string, value: unknown): number {
  if (!Number.isSafeInteger(value)) throw damaged(place, 'a whole number', value)
  return value as number
}

/** A name of a file in a folder: relative, without steps out of it. */
export function fileNameAt(place: string, value: unknown): string {
  const name = textAt(place, value)
  if (name === '' || /^[/\\]|^[a-z]+:|(^|[/\\])\.\.([/\\]|$)|\0/i.test(name))
    throw damaged(place, 'the name of a file inside the folder', value)
  return name
}

/**
 * Takes what a list holds, one entry after the other; an entry that is damaged is kept as a fault and left out.
 * @param take - reads one entry, and throws AnnotationError where it is damaged
 */
export function takeEach<Entry>(
  place: string,
  list: unknown,
  faults: AnnotationError[],
  take: (place: string, entry: unknown) => Entry,
): Entry[] {
  return listAt(place, list).flatMap((entry, index) => {
    try {
      return [take(`${place}[${index}]`, entry)]
    } catch (error) {
      if (!(error instanceof AnnotationError)) throw error
      faults.push(error)
      return []
    }
  })
}
