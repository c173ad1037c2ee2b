// Every form in which a picture may be given, and how to tell them apart. Values of other realms and of other copies of
// sharp are as good as our own, so nothing here asks with `instanceof`.
import type { Sharp } from 'sharp'
import type { RgbImage } from './rgb-image.ts'

/**
 * A picture: the path of a file; an http(s), file or data URL, as a string or a URL object; the bytes of a file; a Blob;
 * a sharp instance; or pixels.
 */
export type ImageInput = string | URL | Uint8Array | ArrayBuffer | Blob | Sharp | RgbImage

/** What a picture may be, for messages. */
export const IMAGE_INPUTS =
  'a path, a URL, the bytes of an image file (Uint8Array, ArrayBuffer or Blob), a sharp instance or { width, height, data }'

/** Whether a value is a sharp instance. */
export function isSharp(value: unknown): value is Sharp {
  return hasMethods(value, ['clone', 'metadata', 'raw', 'toBuffer'])
}

/** Whether a value is a Blob or a File. */
export function isBlob(value: unknown): value is Blob {
  return hasMethods(value, ['arrayBuffer']) && 'size' in value
}

/** Whether a value is a URL object. */
export function isUrl(value: unknown): value is URL {
  return Object.prototype.toString.call(value) === '[object URL]'
}

/** Whether a value looks like pixels; whether they fit is for `loadRgb` to say. */
export function isPixels(value: unknown): value is RgbImage {
  return (
    typeof value === 'object' && value !== null && 'width' in value && 'height' in value && 'data' in value
  )
}

function hasMethods<Name extends string>(
  value: unknown,
  names: readonly Name[],
): value is Record<Name, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => typeof (value as Partial<Record<Name, unknown>>)[name] === 'function')
  )
}
