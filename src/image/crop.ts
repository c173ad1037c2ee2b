// Cuts a rectangle out of a picture.
import { invalidRange } from '../errors.ts'
import type { RgbImage } from './rgb-image.ts'

/** Part of a picture, in whole pixels. */
export interface PixelRectangle {
  readonly left: number
  readonly top: number
  /** At least 1. */
  readonly width: number
  readonly height: number
}

/**
 * A rectangle of a picture as a picture of its own.
 * @throws {RangeError} for one that is not of whole pixels, has none, or reaches beyond the picture
 */
export function crop(image: RgbImage, rectangle: PixelRectangle): RgbImage {
  const { left, top, width, height } = rectangle
  const isInside =
    [left, top, width, height].every(Number.isInteger) &&
    Math.min(left, top) >= 0 &&
    Math.min(width, height) >= 1 &&
    left + width <= image.width &&
    top + height <= image.height
  if (!isInside)
    throw invalidRange('rectangle', `whole pixels inside ${image.width} x ${image.height}`, rectangle)
  const data = new Uint8Array(3 * width * height)
  for (let row = 0; row < height; row++) {
    const start = 3 * ((top + row) * image.width + left)
    data.set(image.data.subarray(start, start + 3 * width), 3 * width * row)
  }
  return { width, height, data }
}
