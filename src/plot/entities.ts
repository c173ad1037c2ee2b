// Entities as they come into a picture: checked once, turned into boxes as fractions of the picture and spans that
// lie in the caption.
import { invalidRange, invalidType } from '../errors.ts'
import type { ImageSize } from '../text/boxes.ts'

/** `[x1, y1, x2, y2]`: two opposite corners. */
export type BoxCorners = readonly [number, number, number, number]
/** What the numbers of a box count: the picture's width and height as 1, or its pixels. */
export type BoxUnit = 'fractions' | 'pixels'

/** Checks the option `boxes`. @throws {RangeError} if it is neither of the two */
export function checkBoxUnit(unit: string): BoxUnit {
  if (unit !== 'fractions' && unit !== 'pixels') throw invalidRange('boxes', "'fractions' or 'pixels'", unit)
  return unit
}

/** An entity that has been checked. */
export interface CheckedEntity {
  readonly name: string
  /** Code points of the caption; empty for a box that belongs to no phrase. */
  readonly span: readonly [number, number]
  /** In fractions of the picture, x1 <= x2 and y1 <= y2; a part may lie outside 0 to 1. */
  readonly boxes: readonly BoxCorners[]
}

/**
 * Checks entities and brings their boxes into fractions. The model may name the corners of a box in any order and
 * places outside the picture: corners are put in order, and what lies outside stays.
 * @param unit - what the numbers of the boxes count
 * @param size - the picture's own size, for boxes in pixels
 * @param caption - if given, every span must lie in it
 * @throws {TypeError} if something is not an entity, naming it as `entities[2][1]`
 * @throws {RangeError} for a span outside the caption, and for pixels where fractions are expected
 */
export function checkEntities(
  entities: unknown,
  unit: BoxUnit,
  size: ImageSize | undefined,
  caption?: string,
): CheckedEntity[] {
  if (!Array.isArray(entities))
    throw invalidType('entities', 'an array of [name, [start, end], boxes]', entities)
  const length = caption === undefined ? Infinity : Array.from(caption).length
  return entities.map((entity: unknown, index) => {
    const name = `entities[${index}]`
    if (!Array.isArray(entity) || entity.length !== 3)
      throw invalidType(name, '[name, [start, end], boxes]', entity)
    const [phrase, span, boxes] = entity as [unknown, unknown, unknown]
    if (typeof phrase !== 'string') throw invalidType(`${name}[0]`, 'a phrase', phrase)
    if (!Array.isArray(boxes)) throw invalidType(`${name}[2]`, 'an array of boxes', boxes)
    return {
      name: phrase,
      span: checkSpan(`${name}[1]`, span, length),
      boxes: boxes.map((box, place) => checkBox(`${name}[2][${place}]`, box, unit, size)),
    }
  })
}

function checkSpan(name: string, span: unknown, length: number): readonly [number, number] {
  if (!Array.isArray(span) || span.length !== 2 || !span.every((place) => Number.isInteger(place)))
    throw invalidType(name, 'a span of two whole numbers [start, end]', span)
  const [start, end] = span as [number, number]
  // A box without a phrase has an empty span, which post_process_generation may put just outside the caption.
  if (end < start || (end > start && (start < 0 || end > length)))
    throw invalidRange(
      name,
      length === Infinity
        ? 'a span [start, end] with 0 <= start <= end'
        : `a span inside the caption of ${length} code points, with 0 <= start <= end`,
      span,
    )
  return [start, end]
}

function checkBox(name: string, box: unknown, unit: BoxUnit, size: ImageSize | undefined): BoxCorners {
  if (!Array.isArray(box) || box.length !== 4 || !box.every((value) => Number.isFinite(value)))
    throw invalidType(name, 'a box of four finite numbers [x1, y1, x2, y2]', box)
  const corners = box as [number, number, number, number]
  if (unit === 'fractions' && corners.every((value) => Number.isInteger(value)) && Math.max(...corners) > 1)
    throw invalidRange(
      name,
      "fractions of the picture's width and height (for pixels pass the option boxes: 'pixels')",
      box,
    )
  const [across, down] = unit === 'pixels' && size !== undefined ? [size.width, size.height] : [1, 1]
  const [x1, y1, x2, y2] = corners
  return [
    Math.min(x1, x2) / across,
    Math.min(y1, y2) / down,
    Math.max(x1, x2) / across,
    Math.max(y1, y2) / down,
  ]
}
