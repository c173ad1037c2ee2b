// Annotations in the form of COCO's instances: pictures, categories, and boxes in pixels.
// Source: cocodataset.org, "Data format", section "Object Detection".
import { AnnotationError } from '../errors.ts'
import type { Box } from '../text/box-iou.ts'
import type { ImageSize } from '../text/boxes.ts'
import {
  damaged,
  fieldsAt,
  fileNameAt,
  readAnnotationJson,
  takeEach,
  textAt,
  wholeNumberAt,
} from './annotation-file.ts'

export interface CocoImage extends ImageSize {
  readonly id: number
  /** Relative to the folder of the pictures. */
  readonly file_name: string
}

export interface CocoAnnotation {
  readonly id: number
  readonly image_id: number
  /** The name of its category. */
  readonly name: string
  /** x1, y1, x2, y2 as fractions of the picture, cut at its border. */
  readonly box: Box
}

export interface CocoInstances {
  readonly images: ReadonlyMap<number, CocoImage>
  readonly annotations: ReadonlyMap<number, CocoAnnotation>
  /** Entries that were damaged and are left out. */
  readonly faults: readonly AnnotationError[]
}

/** How many pixels a box may reach over the border, as COCO's own do by rounding. */
const BORDER_PIXELS = 1

/**
 * Reads instances: `{ images: [{ id, file_name, width, height }], annotations: [{ id, image_id, category_id, bbox:
 * [x, y, width, height] }], categories: [{ id, name }] }`, bbox in pixels; other fields are passed over.
 * @throws {AnnotationError} where the file as a whole cannot be used; single entries become `faults`
 */
export async function readCocoInstances(path: string): Promise<CocoInstances> {
  const fields = fieldsAt(path, await readAnnotationJson(path))
  const faults: AnnotationError[] = []
  const names = new Map(
    takeEach(`${path}: categories`, fields['categories'], faults, (place, entry) => {
      const { id, name } = fieldsAt(place, entry)
      return [wholeNumberAt(`${place}.id`, id), textAt(`${place}.name`, name)] as const
    }),
  )
  const images = byId(
    `${path}: images`,
    takeEach(`${path}: images`, fields['images'], faults, imageAt),
    faults,
  )
  const annotations = byId(
    `${path}: annotations`,
    takeEach(`${path}: annotations`, fields['annotations'], faults, (place, entry): CocoAnnotation => {
      const { id, image_id, category_id, bbox } = fieldsAt(place, entry)
      const image = images.get(wholeNumberAt(`${place}.image_id`, image_id))
      if (image === undefined)
        throw damaged(`${place}.image_id`, 'the id of a picture of this file', image_id)
      const name = names.get(wholeNumberAt(`${place}.category_id`, category_id))
      if (name === undefined)
        throw damaged(`${place}.category_id`, 'the id of a category of this file', category_id)
      return {
        id: wholeNumberAt(`${place}.id`, id),
        image_id: image.id,
        name,
        box: fractionsAt(`${place}.bbox`, bbox, image),
      }
    }),
    faults,
  )
  return { images, annotations, faults }
}

function imageAt(place: string, entry: unknown): CocoImage {
  const { id, file_name, width, height } = fieldsAt(place, entry)
  const side = (name: string, value: unknown): number => {
    const pixels = wholeNumberAt(`${place}.${name}`, value)
    if (pixels < 1) throw damaged(`${place}.${name}`, 'a number of pixels from 1', value)
    return pixels
  }
  return {
    id: wholeNumberAt(`${place}.id`, id),
    file_name: fileNameAt(`${place}.file_name`, file_name),
    width: side('width', width),
    height: side('height', height),
  }
}

function fractionsAt(place: string, bbox: unknown, { width, height }: CocoImage): Box {
  const isFour = Array.isArray(bbox) && bbox.length === 4 && bbox.every(Number.isFinite)
  const [x, y, across, down] = (isFour ? bbox : []) as [number, number, number, number]
  const inside = (start: number, length: number, side: number): boolean =>
    length > 0 &&
    start >= -BORDER_PIXELS &&
    start < side &&
    start + length > 0 &&
    start + length <= side + BORDER_PIXELS
  if (!inside(x, across, width) || !inside(y, down, height))
    throw damaged(
      place,
      `a box [x, y, width, height] inside the picture of ${width} x ${height} pixels`,
      bbox,
    )
  const cut = (pixels: number, side: number): number => Math.min(Math.max(pixels, 0), side) / side
  return [cut(x, width), cut(y, height), cut(x + across, width), cut(y + down, height)]
}

/** Of entries with one id the first counts, the others are faults. */
function byId<Entry extends { readonly id: number }>(
  place: string,
  entries: readonly Entry[],
  faults: AnnotationError[],
): Map<number, Entry> {
  const map = new Map<number, Entry>()
  for (const entry of entries)
    if (map.has(entry.id))
      faults.push(
        new AnnotationError(
          'DAMAGED',
          `${place}: expected one entry an id but found several for ${entry.id}`,
        ),
      )
    else map.set(entry.id, entry)
  return map
}
