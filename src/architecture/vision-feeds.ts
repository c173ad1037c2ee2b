// What the vision graph takes, checked before an engine sees it. Mirrors the checks of Kosmos2VisionEmbeddings in
// transformers' modeling_kosmos2.py.
import type { Kosmos2VisionConfig } from '../checkpoint/config.ts'
import { invalidRange } from '../errors.ts'
import { expectFloat32, type Float32Tensor } from '../tensor.ts'
import type { PatchGrid } from './position-interpolation.ts'

/** Pictures, all of one size. */
export interface CheckedPixels extends PatchGrid {
  /** float32 [B, num_channels, H, W] */
  readonly pixel_values: Float32Tensor
  /** Whether H and W are image_size, and the positions the checkpoint's own. */
  readonly isUsual: boolean
}

/**
 * Refused above this many times the patches of a usual picture, as attention takes memory with the square of them: KOSMOS-2
 * takes up to 2 304 patches, such as 672 x 672 pixels, with 340 MB of attention scores.
 */
const LIMIT_FACTOR = 9

/**
 * @param interpolate - whether H and W may differ from image_size; what is left over by patch_size is not looked at
 * @throws {TypeError} for a tensor of another type or shape
 * @throws {RangeError} for pictures without a whole patch, or with too many
 */
export function expectPixels(
  pixel_values: unknown,
  { num_channels, image_size, patch_size }: Kosmos2VisionConfig,
  interpolate = false,
): CheckedPixels {
  const sides = interpolate ? ['H', 'W'] : [image_size, image_size]
  const pixels = expectFloat32('pixel_values', pixel_values, ['B', num_channels, ...sides])
  const [height, width] = pixels.dims.slice(2) as [number, number]
  const patches = (side: number) => Math.floor(side / patch_size)
  const [rows, columns] = [patches(height), patches(width)]
  const most = LIMIT_FACTOR * patches(image_size) ** 2
  const isUsual = height === image_size && width === image_size
  if (!isUsual && (rows < 1 || columns < 1 || rows * columns > most))
    throw invalidRange(
      'the size of pixel_values',
      `sides from ${patch_size} pixels (patch_size) and at most ${most} patches (${LIMIT_FACTOR} times those of image_size)`,
      `${height} x ${width}`,
    )
  return { pixel_values: pixels, rows, columns, isUsual }
}
