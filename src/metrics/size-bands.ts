// Bands of size: small things are harder to box, so figures are given for each band too.
import type { Box } from '../text/box-iou.ts'
import type { ImageSize } from '../text/boxes.ts'

/** Lower edges as shares of the picture's shorter side, and what the band from there on is called. */
const BANDS = [
  [0, 'under 10 %'],
  [0.1, '10 to 20 %'],
  [0.2, '20 to 40 %'],
  [0.4, '40 to 80 %'],
  [0.8, '80 % and over'],
] as const

export type SizeBand = (typeof BANDS)[number][1]

/** From the smallest to the largest. */
export const SIZE_BANDS: readonly SizeBand[] = BANDS.map(([, name]) => name)

/**
 * The band of a box: its longer side in pixels as a share of the picture's shorter side. A share on an edge belongs to
 * the larger band.
 * @param box - x1, y1, x2, y2 as fractions of the picture
 */
export function sizeBand([x1, y1, x2, y2]: Box, { width, height }: ImageSize): SizeBand {
  const share = Math.max((x2 - x1) * width, (y2 - y1) * height) / Math.min(width, height)
  return BANDS.findLast(([from]) => share >= from)![1]
}
