// Cuts the middle out of a picture (transformers image_transforms.py, center_crop).
import { cut } from './crop.ts'
import type { HeightWidth } from './image-size.ts'
import type { RgbImage } from './rgb-image.ts'

/**
 * The middle of a picture, in exactly the given size. Where the picture is smaller it gets black borders, the odd row or
 * column of them above and on the left.
 */
export function centerCrop(image: RgbImage, { height, width }: HeightWidth): RgbImage {
  if (image.height === height && image.width === width) return image
  // Negative where the picture is smaller.
  const top = Math.floor((image.height - height) / 2)
  const left = Math.floor((image.width - width) / 2)
  return cut(image, { left, top, width, height })
}
