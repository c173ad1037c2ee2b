// How well a box that a model wrote lies over one that was annotated.
import { type Box, boxIou } from '../text/box-iou.ts'

/** The overlap from which a box counts as found, in every protocol here. */
const FOUND_IOU = 0.5

/** Whether an overlap counts as found: 0.5 or more. */
export const isFound = (iou: number): boolean => iou >= FOUND_IOU

/**
 * Intersection over union, but 0 where the model's corners are in the wrong order: it may write any two cells, and such a
 * pair is a wrong answer and no wrong argument.
 * @throws {TypeError} where the annotated box is none, or a corner of the model's is no number
 */
export function boxOverlap(written: Box, annotated: Box): number {
  const [x1, y1, x2, y2] = written
  return x2 < x1 || y2 < y1 ? 0 : boxIou(written, annotated)
}
