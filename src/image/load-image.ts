// Pictures from wherever they are to RGB pixels: what Hugging Face's `load_image` (transformers image_utils.py) does
// with Pillow.
import { types } from 'node:util'
import { invalidRange, invalidType } from '../errors.ts'
import { decodeEncoded, decodeSharp } from './decode.ts'
import { type ImageInput, isPixels, isSharp } from './image-input.ts'
import { readEncoded } from './read-encoded.ts'
import { checkImageSize, type LoadedImage, MAX_PIXELS, type RgbImage } from './rgb-image.ts'

export type { LoadedImage, RgbImage } from './rgb-image.ts'

export interface LoadOptions {
  readonly signal?: AbortSignal | undefined
  /** The most pixels that the picture may have, checked before it is decoded. @default 178 956 970 */
  readonly maxPixels?: number | undefined
}

/**
 * Reads a picture as Pillow's `convert('RGB')` gives it: alpha is dropped, not blended; 16-bit greys above 255 are white;
 * CMYK is converted by the plain formula; colour profiles count for nothing; of several pictures in a file the first is
 * taken. EXIF orientation is applied. The formats are PNG, JPEG, WebP, GIF, TIFF and AVIF, told by content.
 *
 * The pixels are Pillow's to the bit, with two exceptions: AVIF with halved colour planes, which the decoders spread
 * differently; and a sharp instance, which gives what it would write as 8-bit sRGB.
 * @throws {ImageError} NOT_FOUND, EMPTY, NOT_AN_IMAGE, DAMAGED (or cut short), TOO_LARGE (more than `maxPixels`, a
 *   side of more than a million, or a file above 512 MiB) or FETCH_FAILED
 * @throws {TypeError} if it is nothing that can be a picture
 * @throws {RangeError} for a `maxPixels` that is none
 */
export async function loadRgb(input: ImageInput, options: LoadOptions = {}): Promise<LoadedImage> {
  const { signal, maxPixels } = options
  if (maxPixels !== undefined && !(Number.isInteger(maxPixels) && maxPixels >= 1 && maxPixels <= MAX_PIXELS))
    throw invalidRange('maxPixels', `integer from 1 to ${MAX_PIXELS}`, maxPixels)
  signal?.throwIfAborted()
  const image = await load(input, options)
  signal?.throwIfAborted()
  return image
}

async function load(input: ImageInput, { signal, maxPixels }: LoadOptions): Promise<LoadedImage> {
  if (isSharp(input)) return decodeSharp(input, maxPixels)
  if (isPixels(input)) return checkPixels(input, maxPixels)
  return decodeEncoded(await readEncoded(input, signal), maxPixels)
}

function checkPixels(image: RgbImage, maxPixels: number | undefined): LoadedImage {
  const { width, height, data } = image
  for (const [name, side] of Object.entries({ width, height })) {
    if (!Number.isInteger(side) || side < 1)
      throw invalidRange(`the picture's ${name}`, 'integer from 1', side)
  }
  checkImageSize({ width, height }, 'the picture', maxPixels)
  if (!types.isUint8Array(data)) throw invalidType("the picture's data", 'a Uint8Array of RGB pixels', data)
  const bytes = 3 * width * height
  if (data.length !== bytes)
    throw new RangeError(
      `Expected ${bytes} bytes of data for a picture of ${width} x ${height} RGB pixels but received ${data.length}`,
    )
  return { wasRgb: true, ...image }
}
