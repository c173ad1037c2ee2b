// Gets the bytes of a picture's file from wherever it is, within bounds.
import { readFile, stat } from 'node:fs/promises'
import { types } from 'node:util'
import { ImageError, invalidType, show } from '../errors.ts'
import { IMAGE_INPUTS, isBlob, isUrl } from './image-input.ts'
import { MAX_PIXELS } from './rgb-image.ts'

/** The bytes of a picture's file, and what to call it in messages. */
export interface EncodedImage {
  readonly bytes: Uint8Array
  readonly name: string
}

/** The largest file: as large as the largest picture is without compression, 512 MiB. */
const MAX_FILE_BYTES = 3 * MAX_PIXELS

/** How long a server may take to send a whole picture. */
const FETCH_SECONDS = 60

/**
 * Reads a path, a URL (http, https, file, data), bytes or a Blob.
 *
 * Whatever address it is given is fetched, with redirects: a service that passes on its visitors' addresses has to check
 * them itself.
 * @throws {ImageError} NOT_FOUND, EMPTY, NOT_AN_IMAGE (no regular file), TOO_LARGE or FETCH_FAILED
 * @throws {TypeError} for anything else, and for URLs of other schemes
 */
export async function readEncoded(input: unknown, signal?: AbortSignal): Promise<EncodedImage> {
  const encoded = await read(input, signal)
  if (encoded.bytes.length === 0)
    throw new ImageError('EMPTY', `Expected the bytes of an image file, but ${encoded.name} is empty`)
  return encoded
}

async function read(input: unknown, signal: AbortSignal | undefined): Promise<EncodedImage> {
  if (types.isUint8Array(input)) return { bytes: within(input, 'the image buffer'), name: 'the image buffer' }
  if (types.isAnyArrayBuffer(input)) return read(new Uint8Array(input), signal)
  if (isBlob(input)) {
    checkSize(input.size, 'the Blob')
    return { bytes: new Uint8Array(await input.arrayBuffer()), name: 'the Blob' }
  }
  if (isUrl(input)) return readUrl(input, signal)
  if (typeof input !== 'string') throw invalidType('the picture', IMAGE_INPUTS, input)
  // Only these schemes: `C:\pictures` is a path, and so is `http_logo.png`.
  if (/^(https?:\/\/|file:|data:)/i.test(input)) return readUrl(parseUrl(input), signal)
  return readPath(input, show(input), signal)
}

function parseUrl(text: string): URL {
  if (!URL.canParse(text)) throw new TypeError(`Expected ${IMAGE_INPUTS} but ${show(text)} is no valid URL`)
  return new URL(text)
}

async function readUrl(url: URL, signal: AbortSignal | undefined): Promise<EncodedImage> {
  switch (url.protocol) {
    case 'file:':
      return readPath(url, url.href, signal)
    case 'data:':
      return fetchImage(url, 'the data URL', signal)
    case 'http:':
    case 'https:':
      // Without the parts that may hold a secret.
      return fetchImage(url, url.origin + url.pathname, signal)
    default:
      throw new TypeError(
        `Expected an http, https, file or data URL for the picture but received ${show(url.href)}`,
      )
  }
}

async function readPath(
  path: string | URL,
  name: string,
  signal: AbortSignal | undefined,
): Promise<EncodedImage> {
  try {
    const status = await stat(path)
    // Opening a pipe would wait, and a device has no end.
    if (!status.isFile())
      throw new ImageError(
        'NOT_AN_IMAGE',
        `Expected an image file, but ${name} is ${status.isDirectory() ? 'a folder' : 'no regular file'}`,
      )
    checkSize(status.size, name)
    return { bytes: await readFile(path, { signal }), name }
  } catch (error) {
    signal?.throwIfAborted()
    // Its message repeats the path, which may be very long, if it is none.
    if (!(error instanceof Error && 'syscall' in error && 'code' in error)) throw error
    throw new ImageError(
      'NOT_FOUND',
      `Expected an image file at ${name}, but it cannot be read (${String(error.code)}); pictures are ${IMAGE_INPUTS}`,
      { cause: error },
    )
  }
}

async function fetchImage(url: URL, name: string, signal: AbortSignal | undefined): Promise<EncodedImage> {
  const timeout = AbortSignal.timeout(FETCH_SECONDS * 1000)
  const done = new AbortController()
  const signals = [done.signal, timeout, ...(signal ? [signal] : [])]
  try {
    const response = await fetch(url, { signal: AbortSignal.any(signals) })
    if (!response.ok)
      throw new Error(`the server answers ${response.status} ${response.statusText}`.trimEnd())
    return { bytes: await readBody(response, name), name }
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof ImageError) throw error
    const why = timeout.aborted ? `it took more than ${FETCH_SECONDS} seconds` : reason(error)
    throw new ImageError('FETCH_FAILED', `Expected a picture at ${name}, but ${why}`, { cause: error })
  } finally {
    // Ends the connection of an answer that was not read to its end.
    done.abort()
  }
}

async function readBody(response: Response, name: string): Promise<Uint8Array> {
  checkSize(Number(response.headers.get('content-length') ?? 0), name)
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    parts.push(part)
    size += part.length
    checkSize(size, name)
  }
  return Buffer.concat(parts)
}

/** What `fetch` says is only that it failed: the reason is the cause. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return show(error)
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message
}

function within(bytes: Uint8Array, name: string): Uint8Array {
  checkSize(bytes.length, name)
  return bytes
}

function checkSize(size: number, name: string): void {
  if (size > MAX_FILE_BYTES)
    throw new ImageError(
      'TOO_LARGE',
      `Expected an image file of at most ${MAX_FILE_BYTES} bytes, but ${name} has ${size} bytes or more`,
    )
}
