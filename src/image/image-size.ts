// The forms of `size` and `crop_size`, and what becomes of a picture's size by them (transformers
// image_processing_utils.py, get_size_dict; image_transforms.py; image_utils.py).
import { invalidRange, invalidType } from '../errors.ts'

/** Height and width in pixels, integers from 1. */
export interface HeightWidth {
  readonly height: number
  readonly width: number
}

/** What the sides of a picture become; its shape is kept unless both are given. */
export type Size =
  | HeightWidth
  /** The shorter side; the longer one no longer than `longest_edge`, if that is given. */
  | { readonly shortest_edge: number; readonly longest_edge?: number }
  /** As large as fits into both. */
  | { readonly max_height: number; readonly max_width: number }

/** A number is the shortest edge, or both sides where a square is asked for; an array is height and width. */
export type SizeInput = number | readonly [height: number, width: number] | Size

const FORMS = ['height,width', 'shortest_edge', 'longest_edge,shortest_edge', 'max_height,max_width']

/**
 * Checks a size and gives it the form of an object.
 * @param name - the option's name, for messages
 * @param square - whether a number stands for both sides
 * @throws {TypeError} for another form
 * @throws {RangeError} for a side that is no integer from 1
 */
export function checkSize(name: string, size: unknown, square: boolean): Size {
  if (typeof size === 'number') {
    const side = checkSide(name, size)
    return square ? { height: side, width: side } : { shortest_edge: side }
  }
  if (Array.isArray(size) && size.length === 2) {
    const [height, width] = size as unknown[]
    return { height: checkSide(`${name}[0]`, height), width: checkSide(`${name}[1]`, width) }
  }
  const sides = Object.entries(size ?? {}).filter(([, side]) => side !== undefined && side !== null)
  const form = sides.map(([key]) => key).sort()
  if (!FORMS.includes(form.join()))
    throw invalidType(name, `a number, [height, width] or an object with ${FORMS.join(' or ')}`, size)
  return Object.fromEntries(
    sides.map(([key, side]) => [key, checkSide(`${name}.${key}`, side)]),
  ) as unknown as Size
}

/** As `checkSize`, for what must be height and width. A number is both. */
export function checkHeightWidth(name: string, size: unknown): HeightWidth {
  const checked = checkSize(name, size, true)
  if (!('height' in checked)) throw invalidType(name, 'a number, [height, width] or { height, width }', size)
  return checked
}

function checkSide(name: string, side: unknown): number {
  if (typeof side !== 'number') throw invalidType(name, 'a number of pixels', side)
  if (!Number.isInteger(side) || side < 1) throw invalidRange(name, 'integer from 1', side)
  return side
}

/** The square of a size: of its shortest edge, or of its sides if these are equal. */
export function squareSize(size: Size): HeightWidth {
  if ('shortest_edge' in size) return { height: size.shortest_edge, width: size.shortest_edge }
  if ('height' in size && size.height === size.width) return size
  throw invalidRange('size', 'a square (use_square_size is true)', size)
}

/** The size that a picture gets. Its sides can come out as 0 for very long pictures. */
export function resizedSize(image: HeightWidth, size: Size): HeightWidth {
  if ('height' in size) return size
  if ('max_height' in size) {
    const scale = Math.min(size.max_height / image.height, size.max_width / image.width)
    return { height: Math.trunc(image.height * scale), width: Math.trunc(image.width * scale) }
  }
  const { shortest_edge, longest_edge } = size
  const lies = image.width > image.height
  const [short, long] = lies ? [image.height, image.width] : [image.width, image.height]
  const sides =
    longest_edge === undefined
      ? { short: shortest_edge, long: Math.trunc((shortest_edge * long) / short) }
      : withinLongest(short, long, shortest_edge, longest_edge)
  return lies ? { height: sides.short, width: sides.long } : { height: sides.long, width: sides.short }
}

function withinLongest(short: number, long: number, shortest: number, longest: number) {
  const limited = (long / short) * shortest > longest
  const exact = limited ? (longest * short) / long : shortest
  const target = roundHalfToEven(exact)
  // A picture that is as short as asked for is left alone.
  return target === short ? { short, long } : { short: target, long: Math.trunc((exact * long) / short) }
}

/** Python's `round`. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value)
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value)
}
