// The sizes of pictures, for boxes given in pixels.
import sharp from 'sharp'
import type { ImageInput } from '../image/image-input.ts'
import { loadRgb } from '../image/load-image.ts'
import type { ImageSize } from './boxes.ts'

/** A picture that is already read, and its size. */
export interface SizedImage {
  readonly image: ImageInput
  readonly size: ImageSize
}

/** Reads a picture once, to know its size and then to process it: a URL must not be fetched twice. */
export async function loadWithSize(
  input: ImageInput,
  options: { readonly signal?: AbortSignal },
): Promise<SizedImage> {
  const { data, width, height } = await loadRgb(input, options)
  return { image: sharp(data, { raw: { width, height, channels: 3 } }), size: { width, height } }
}
