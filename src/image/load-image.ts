// Pictures from wherever they are to RGB pixels.
import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import type { ImageInput } from './image-input.ts'

/** A picture of 8 bits a channel without alpha. */
export interface RgbImage {
  readonly width: number
  readonly height: number
  /** Row-major red, green, blue: 3 * width * height bytes. */
  readonly data: Uint8Array
}

/** Reads a picture as Pillow's `convert('RGB')` gives it, EXIF orientation applied. */
export async function loadRgb(
  input: ImageInput,
  options: { readonly signal?: AbortSignal } = {},
): Promise<RgbImage> {
  options.signal?.throwIfAborted()
  const bytes = typeof input === 'string' ? await readFile(input) : (input as Uint8Array)
  const { data, info } = await sharp(bytes)
    .autoOrient()
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, data }
}
