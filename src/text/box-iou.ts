// How well boxes agree: intersection over union, of two boxes and of the answers that hold them.
import { invalidType } from '../errors.ts'
import type { Entity } from './post-process.ts'

/** x1, y1, x2, y2, as an entity has them: fractions of the picture, or pixels. */
export type Box = Entity[2][number]

/** Whether the second corner is right of the first and below it: a model may write them in the wrong order. */
export const hasArea = ([x1, y1, x2, y2]: Box): boolean => x2 > x1 && y2 > y1

/**
 * Intersection over union of two boxes in the same unit.
 * @returns 0 for boxes without common area, to 1 for the same box
 * @throws {TypeError} unless both are four finite numbers with x2 >= x1 and y2 >= y1
 */
export function boxIou(a: Box, b: Box): number {
  checkBox('a', a)
  checkBox('b', b)
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0])
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1])
  if (width <= 0 || height <= 0) return 0
  const common = width * height
  return common / (area(a) + area(b) - common)
}

/**
 * How well one answer's boxes lie over another's: the mean over the boxes of the reference, each with the box of the
 * same phrase that lies best over it, 0 where the other answer does not have the phrase. Boxes that the reference does
 * not have count nothing.
 * @param reference - entities of the answer that the other is held against; with at least one box
 * @returns 0..1
 * @throws {TypeError} for a reference without boxes, or a box that is none
 */
export function meanIou(reference: readonly Entity[], entities: readonly Entity[]): number {
  const boxes = reference.flatMap(([phrase, , own]) => own.map((box) => ({ phrase, box })))
  if (boxes.length === 0) throw invalidType('reference', 'entities with at least one box', reference)
  const best = boxes.map(({ phrase, box }) => {
    const others = entities.filter(([name]) => name === phrase).flatMap(([, , found]) => found)
    return Math.max(0, ...others.map((other) => boxIou(box, other)))
  })
  return best.reduce((sum, iou) => sum + iou, 0) / best.length
}

const area = ([x1, y1, x2, y2]: Box): number => (x2 - x1) * (y2 - y1)

function checkBox(name: string, box: readonly number[]): void {
  const isBox = Array.isArray(box) && box.length === 4 && box.every(Number.isFinite)
  if (!isBox || box[2]! < box[0]! || box[3]! < box[1]!)
    throw invalidType(name, 'a box [x1, y1, x2, y2] with x2 >= x1 and y2 >= y1', box)
}
