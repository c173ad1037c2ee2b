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
  return cut(image, rectangle)
}

/** As `crop`, for a rectangle of whole pixels anywhere: what is not in the picture is black. */
export function cut(image: RgbImage, { left, top, width, height }: PixelRectangle): RgbImage {
  const firstColumn = Math.max(0, left)
  const lastColumn = Math.min(image.width, left + width)
  const data = new Uint8Array(3 * width * height)
  for (let row = Math.max(0, top); row < Math.min(image.height, top + height); row++) {
    const start = row * image.width
    const part = image.data.subarray((start + firstColumn) * 3, (start + lastColumn) * 3)
    data.set(part, ((row - top) * width + firstColumn - left) * 3)
  }
  return { width, height, data }
}
