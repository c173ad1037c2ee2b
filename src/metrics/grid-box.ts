// What the grid leaves of a box: the ceiling for a model that writes corners as cells.
import type { Box } from '../text/box-iou.ts'
import { coordinate_to_patch_index, patch_index_to_coordinate } from '../text/boxes.ts'

/**
 * A box written in the grid and read back, as a model writes it that knows the exact corners. Its overlap with the box
 * itself is the best that plain decoding can reach.
 * @param box - x1, y1, x2, y2 as fractions of the picture; what lies outside of it has no cells and is cut
 * @param side - cells along each side of the grid. Default 32, as in the published model
 * @throws as `coordinate_to_patch_index`: a box without area has no place in the grid
 */
export function gridBox(box: Box, side = 32): Box {
  return patch_index_to_coordinate(...gridCells(box, side), side)
}

/** The cells of its upper left and its lower right corner. @throws as `gridBox` */
export function gridCells(box: Box, side: number): [upperLeft: number, lowerRight: number] {
  const inside = box.map((fraction) => Math.min(Math.max(fraction, 0), 1))
  return coordinate_to_patch_index(inside, side)
}
