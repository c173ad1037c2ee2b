// The form in which every picture travels inside this library, and how large it may be.
import { ImageError } from '../errors.ts'

/** A picture of 8 bits a channel, without alpha. */
export interface RgbImage {
  /** Pixels a row, at least 1. */
  readonly width: number
  /** Rows, at least 1. */
  readonly height: number
  /** Row-major red, green, blue: 3 * width * height bytes. */
  readonly data: Uint8Array
}

/** A picture, and whether it was in RGB before. */
export interface LoadedImage extends RgbImage {
  /** Whether its file holds red, green and blue and nothing else: Pillow's mode RGB. */
  readonly wasRgb: boolean
}

/**
 * The most pixels a picture may have, read or made: beyond, Pillow takes it for a decompression bomb (twice its
 * Image.MAX_IMAGE_PIXELS).
 */
export const MAX_PIXELS = 178_956_970

/** The longest side a picture may have. libpng draws the same line. */
const MAX_SIDE = 1_000_000

/**
 * Checks the size of a picture before it takes memory.
 * @param name - what to call it in the message
 * @param maxPixels - a lower bound than the library's own
 * @throws {ImageError} TOO_LARGE
 */
export function checkImageSize(
  { width, height }: { readonly width: number; readonly height: number },
  name: string,
  maxPixels = MAX_PIXELS,
): void {
  if (width * height > maxPixels || Math.max(width, height) > MAX_SIDE)
    throw new ImageError(
      'TOO_LARGE',
      `Expected a picture of at most ${maxPixels} pixels and ${MAX_SIDE} a side, but ${name} has ${width} x ${height}; make it smaller first`,
    )
}
