// Boxes: the forms in which they may be given, and their way to a pair of patch indices and back. The picture is a
// grid of square cells, counted row by row; two cells hold the upper left and the lower right corner of a box.
// Source: transformers processing_kosmos2.py.
import { invalidRange, invalidType, rejectUnknownOptions, show } from '../errors.ts'

/**
 * One box. Either one of the explicit forms
 * - `{ pixels: [x1, y1, x2, y2] }`, inside a picture that is given in the same call,
 * - `{ fractions: [x1, y1, x2, y2] }` of the picture's width and height,
 * - `{ patches: [upperLeft, lowerRight] }`, two patch indices,
 *
 * or a bare array as the reference takes it: two numbers are patches, four are fractions.
 */
export type BoxInput =
  | { readonly pixels: readonly number[] }
  | { readonly fractions: readonly number[] }
  | { readonly patches: readonly number[] }
  | readonly number[]

/** The boxes of one phrase: one, several, or null for a phrase without box. */
export type PhraseBoxes = BoxInput | readonly BoxInput[] | null

/** The width and height of a picture in pixels, EXIF orientation applied. */
export interface ImageSize {
  readonly width: number
  readonly height: number
}

const CORNERS = 'four numbers [x1, y1, x2, y2]'
const FORMS =
  'a box: two patch indices [i, j], four fractions [x1, y1, x2, y2], { patches }, { fractions } or { pixels }'

/**
 * Converts a box to the indices of the cells that hold its corners.
 * @param bbox - x1, y1, x2, y2 as fractions of the picture; outside 0 to 1 the indices leave the grid, as in the reference
 * @param num_patches_per_side - cells along each side of the grid, 32 in the published model
 * @returns the indices of the upper left and the lower right cell
 * @throws {TypeError} if `bbox` is not four numbers
 * @throws {RangeError} unless x2 > x1 and y2 > y1 and all are finite
 */
export function coordinate_to_patch_index(
  bbox: readonly number[],
  num_patches_per_side: number,
): [number, number] {
  checkNumbers('bbox', bbox, 4, CORNERS)
  checkSide(num_patches_per_side)
  const [x1, y1, x2, y2] = bbox as [number, number, number, number]
  if (!(x2 > x1 && y2 > y1)) throw invalidRange('bbox', `${CORNERS} with x2 > x1 and y2 > y1`, bbox)
  const left = Math.floor(x1 * num_patches_per_side)
  const top = Math.floor(y1 * num_patches_per_side)
  // A corner on the line between two cells belongs to the cell before it.
  const right = Math.ceil(x2 * num_patches_per_side - 1)
  const bottom = Math.ceil(y2 * num_patches_per_side - 1)
  const upperLeft = top * num_patches_per_side + left
  const lowerRight = bottom * num_patches_per_side + right
  if (!Number.isSafeInteger(upperLeft) || !Number.isSafeInteger(lowerRight))
    throw invalidRange('bbox', 'fractions of the picture, from 0 to 1', bbox)
  // -0 would be written as "0" too, but compares unequal to 0.
  return [upperLeft + 0, lowerRight + 0]
}

/**
 * Converts the indices of two cells to a box: through the centres of the cells, or along their outer edges where both
 * lie in one row or column, which would leave no area between the centres. Indices outside the grid are not clamped.
 * @param ul_idx - index of the upper left cell, an integer
 * @param lr_idx - index of the lower right cell, an integer
 * @param num_patches_per_side - cells along each side of the grid, 32 in the published model
 * @returns x1, y1, x2, y2 as fractions of the picture
 * @throws {RangeError} if an argument is not an integer
 */
export function patch_index_to_coordinate(
  ul_idx: number | bigint,
  lr_idx: number | bigint,
  num_patches_per_side: number,
): [number, number, number, number] {
  checkSide(num_patches_per_side)
  const cell = 1 / num_patches_per_side
  const [left, top] = columnAndRow('ul_idx', ul_idx, num_patches_per_side)
  const [right, bottom] = columnAndRow('lr_idx', lr_idx, num_patches_per_side)
  if (left === right || top === bottom)
    return [left * cell, top * cell, right * cell + cell, bottom * cell + cell]
  const half = cell / 2
  return [left * cell + half, top * cell + half, right * cell + half, bottom * cell + half]
}

/** Python's `index % side` and `index // side`, which round down for negative numbers too. */
function columnAndRow(name: string, index: number | bigint, side: number): [number, number] {
  if (typeof index !== 'bigint' && !Number.isInteger(index)) throw invalidRange(name, 'an integer', index)
  const whole = BigInt(index)
  const sides = BigInt(side)
  const column = ((whole % sides) + sides) % sides
  return [Number(column), Number((whole - column) / sides)]
}

/** A box in fractions of a picture in the picture's pixels, not rounded. */
export function boxInPixels(
  [x1, y1, x2, y2]: readonly [x1: number, y1: number, x2: number, y2: number],
  { width, height }: ImageSize,
): [x1: number, y1: number, x2: number, y2: number] {
  return [x1 * width, y1 * height, x2 * width, y2 * height]
}

/** Whether a value is a single box, in any of its forms, rather than a list of boxes. */
export function isBox(value: unknown): value is BoxInput {
  if (Array.isArray(value)) return value.length > 0 && value.every((element) => typeof element === 'number')
  return typeof value === 'object' && value !== null
}

/**
 * Converts a box of any form to a pair of patch indices.
 * @param name - the argument's name, for messages
 * @param size - the picture's size; only `{ pixels }` needs it
 * @throws {TypeError} for any other form, and for `{ pixels }` without `size`
 * @throws {RangeError} for four whole numbers above 1 in place of fractions, for pixels outside the picture, and as
 *   `coordinate_to_patch_index`
 */
export function boxToPatches(
  name: string,
  box: unknown,
  num_patches_per_side: number,
  size: ImageSize | undefined,
): [number, number] {
  if (Array.isArray(box)) return bareBoxToPatches(name, box, num_patches_per_side)
  if (typeof box !== 'object' || box === null) throw invalidType(name, FORMS, box)
  const [form, ...others] = Object.keys(box)
  if (form === undefined || others.length > 0) throw invalidType(name, FORMS, box)
  rejectUnknownOptions(name, box, ['pixels', 'fractions', 'patches'])
  const values = (box as Record<string, unknown>)[form]
  if (form === 'patches') return checkPatches(`${name}.patches`, values)
  checkNumbers(`${name}.${form}`, values, 4, CORNERS)
  return coordinate_to_patch_index(
    form === 'pixels' ? pixelsToFractions(`${name}.pixels`, values, size) : values,
    num_patches_per_side,
  )
}

/**
 * Checks that a box lies in its picture, which the processor, as the reference's, leaves open: beyond it are no patch
 * tokens. One in pixels is held against the picture by `boxToPatches`.
 * @param side - cells along each side of the grid
 * @throws as `boxToPatches`, and {RangeError} for a box that reaches out of the picture or whose corners are swapped
 */
export function expectBoxInPicture(name: string, box: BoxInput, side: number): void {
  if (Object.hasOwn(Object(box) as object, 'pixels')) return
  const [upperLeft, lowerRight] = boxToPatches(name, box, side, undefined)
  const values = [Object.values(box)].flat(2) as number[]
  const most = values.length === 4 ? 1 : side ** 2 - 1
  const isInside = values.every((value) => value >= 0 && value <= most)
  const isOrdered =
    lowerRight % side >= upperLeft % side && Math.floor(lowerRight / side) >= Math.floor(upperLeft / side)
  if (!isInside || !isOrdered)
    throw invalidRange(
      name,
      `a box in the picture, fractions from 0 to 1 or patch indices from 0 to ${side ** 2 - 1} of its upper left and ` +
        'lower right corner,',
      box,
    )
}

function bareBoxToPatches(name: string, box: readonly unknown[], side: number): [number, number] {
  if (box.length === 2) return checkPatches(name, box)
  checkNumbers(name, box, 4, FORMS)
  if (box.every(Number.isInteger) && box.some((value) => value > 1))
    throw new RangeError(
      `Expected fractions of the picture, from 0 to 1, for ${name} but received ${show(box)}: ` +
        'a box in pixels is given as { pixels: [x1, y1, x2, y2] }',
    )
  return coordinate_to_patch_index(box, side)
}

function checkPatches(name: string, values: unknown): [number, number] {
  const expected = 'two patch indices, which are integers'
  checkNumbers(name, values, 2, expected)
  if (!values.every(Number.isSafeInteger)) throw invalidRange(name, expected, values)
  return [values[0]!, values[1]!]
}

function pixelsToFractions(name: string, values: readonly number[], size: ImageSize | undefined): number[] {
  if (size === undefined)
    throw new TypeError(
      `Expected a picture in the same call for ${name}: its size turns pixels into fractions; ` +
        'without a picture give { fractions: [x1, y1, x2, y2] }',
    )
  const [x1, y1, x2, y2] = values as [number, number, number, number]
  if ([x1, x2].some((x) => x < 0 || x > size.width) || [y1, y2].some((y) => y < 0 || y > size.height))
    throw invalidRange(name, `a box inside the picture of ${size.width} x ${size.height} pixels`, values)
  return [x1 / size.width, y1 / size.height, x2 / size.width, y2 / size.height]
}

function checkNumbers(
  name: string,
  values: unknown,
  count: number,
  expected: string,
): asserts values is readonly number[] {
  if (
    !Array.isArray(values) ||
    values.length !== count ||
    !values.every((value) => typeof value === 'number' && Number.isFinite(value))
  )
    throw invalidType(name, expected, values)
}

/** Checks the size of a picture. @throws {TypeError} unless it is two positive numbers */
export function checkImageSize(name: string, size: unknown): asserts size is ImageSize {
  const { width, height } = Object(size) as Partial<Record<keyof ImageSize, unknown>>
  if (![width, height].every((side) => typeof side === 'number' && side > 0 && Number.isFinite(side)))
    throw invalidType(name, '{ width, height } in pixels', size)
}

function checkSide(num_patches_per_side: number): void {
  if (!Number.isInteger(num_patches_per_side) || num_patches_per_side < 1)
    throw invalidRange('num_patches_per_side', 'an integer from 1', num_patches_per_side)
}
