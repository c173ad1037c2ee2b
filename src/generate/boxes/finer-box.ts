// Boxes that are finer than the grid they are written in. A model whose corners were trained around their exact places
// puts its belief on the cells about them, so the mean place of that belief lies inside the cell.
import { invalidRange, rejectUnknownOptions } from '../../errors.ts'
import type { Box } from '../../text/box-iou.ts'
import { patch_index_to_coordinate } from '../../text/boxes.ts'
import type { CornerMap, CornerMaps } from './corner-maps.ts'

export interface FinerBoxOptions {
  /**
   * How many cells around the written one count, to each side: 1 is the 3 x 3 cells about it, 0 its centre alone.
   * Integer from 0.
   * @default 1
   */
  readonly radius?: number | undefined
}

/**
 * A box from the expected row and column of each corner, over the cells around the one that was written; a cell stands
 * for its centre, at (i + 0.5) / side. Where that leaves no box, as both corners fall on one line or a cell that was drawn by
 * chance has no likelihood about it, it is the box of the cells, as `patch_index_to_coordinate` gives it.
 *
 * That this is finer holds for models trained so: `models/kosmos2-tiny` was; the published model learned one cell as
 * right and all others as equally wrong.
 * @param maps - of one box, from `cornerMaps`
 * @returns x1, y1, x2, y2 as fractions of the picture
 * @throws {RangeError} for a radius that is no integer from 0
 */
export function finerBox(maps: CornerMaps, options: FinerBoxOptions = {}): Box {
  rejectUnknownOptions('finerBox', options, ['radius'])
  const radius = options.radius ?? 1
  if (!Number.isInteger(radius) || radius < 0) throw invalidRange('radius', 'integer from 0', radius)
  const { upperLeft, lowerRight } = maps
  const [x1, y1] = expectedPlace(upperLeft, radius)
  const [x2, y2] = expectedPlace(lowerRight, radius)
  // Not so for NaN either: a place without likelihood.
  if (x2 > x1 && y2 > y1) return [x1, y1, x2, y2]
  return patch_index_to_coordinate(upperLeft.cell, lowerRight.cell, upperLeft.side)
}

function expectedPlace({ cell, side, probabilities }: CornerMap, radius: number): [x: number, y: number] {
  const [row, column] = [Math.floor(cell / side), cell % side]
  const near = (place: number): [first: number, last: number] => [
    Math.max(0, place - radius),
    Math.min(side - 1, place + radius),
  ]
  const [[top, bottom], [left, right]] = [near(row), near(column)]
  let [x, y, total] = [0, 0, 0]
  for (let r = top; r <= bottom; r++)
    for (let c = left; c <= right; c++) {
      const weight = probabilities[r * side + c]!
      x += weight * (c + 0.5)
      y += weight * (r + 0.5)
      total += weight
    }
  return [x / total / side, y / total / side]
}
