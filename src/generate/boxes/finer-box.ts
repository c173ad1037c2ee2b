// Boxes that are finer than the grid they are written in. A model whose corners were trained around their exact places
// puts its belief on the cells about them, so that belief tells where in the cell the corner is.
import { invalidRange, rejectUnknownOptions } from '../../errors.ts'
import { type Box, hasArea } from '../../text/box-iou.ts'
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

/** Standard deviation of the Gaussian around its exact place that a corner is trained with, in cells. */
const TARGET_DEVIATION = 0.5
/** How often the interval of a place is halved: to a billionth of a cell. */
const HALVINGS = 32

/**
 * A box of which each corner is at the row and the column that explain best what the model believes of the cells around
 * the written one: where a Gaussian of half a cell, which such a corner is trained with, has the mean of that belief. Amid
 * the picture that is about the mean itself; at its border, where belief cannot go beyond, it is farther out.
 *
 * Where that leaves no box, as both corners fall on one line or a cell that was drawn by chance has no likelihood about
 * it, it is the box of the cells, as `patch_index_to_coordinate` gives it.
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
  const box: Box = [...likeliestCorner(upperLeft, radius), ...likeliestCorner(lowerRight, radius)]
  // Without area for NaN too: a place without likelihood.
  if (hasArea(box)) return box
  return patch_index_to_coordinate(upperLeft.cell, lowerRight.cell, upperLeft.side)
}

function likeliestCorner({ cell, side, probabilities }: CornerMap, radius: number): [x: number, y: number] {
  const [row, column] = [Math.floor(cell / side), cell % side]
  const near = (place: number): [first: number, last: number] => [
    Math.max(0, place - radius),
    Math.min(side - 1, place + radius),
  ]
  const [[top, bottom], [left, right]] = [near(row), near(column)]
  const rows = new Float64Array(bottom - top + 1)
  const columns = new Float64Array(right - left + 1)
  for (let r = top; r <= bottom; r++)
    for (let c = left; c <= right; c++) {
      const weight = probabilities[r * side + c]!
      rows[r - top]! += weight
      columns[c - left]! += weight
    }
  return [likeliestPlace(columns, left) / side, likeliestPlace(rows, top) / side]
}

/**
 * The place whose target is likeliest under a belief about cells in a row. Targets at different places are an
 * exponential family, so it is the one whose target has the mean of the belief.
 * @param first - the first of the cells
 * @returns in cells; NaN without likelihood
 */
function likeliestPlace(belief: Float64Array, first: number): number {
  // Cells that were ruled out, as left of the other corner, are in no target either.
  const start = belief.findIndex((weight) => weight > 0)
  const held = belief.subarray(Math.max(0, start), belief.findLastIndex((weight) => weight > 0) + 1)
  const from = first + start
  const mean = meanPlace(held, from)
  if (held.length <= 1) return mean
  const target = new Float64Array(held.length)
  let [low, high] = [first, first + belief.length]
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2
    for (let i = 0; i < target.length; i++)
      target[i] = Math.exp(-(((from + i + 0.5 - middle) / TARGET_DEVIATION) ** 2) / 2)
    if (meanPlace(target, from) < mean) low = middle
    else high = middle
  }
  return (low + high) / 2
}

function meanPlace(weights: Float64Array, first: number): number {
  let [total, sum] = [0, 0]
  for (let i = 0; i < weights.length; i++) {
    total += weights[i]!
    sum += weights[i]! * (first + i + 0.5)
  }
  return sum / total
}
