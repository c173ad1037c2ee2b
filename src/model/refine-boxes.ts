// Brings boxes to the borders that a checkpoint's box refiner sees in the picture.
import type { Engine } from '../architecture/engine.ts'
import { invalidRange, invalidType } from '../errors.ts'
import { expectedBox, lookAtWindows, windowAround } from '../generate/boxes/box-windows.ts'
import { expectFloat32 } from '../tensor.ts'
import { type Box, hasArea } from '../text/box-iou.ts'

export interface RefineBoxesInputs {
  /** The processor's, float32 [B, 3, image_size, image_size]. */
  readonly pixel_values: unknown
  /**
   * For each picture boxes that are nearly right: x1, y1, x2, y2 as fractions of its width and height. One without area, as
   * a model may write it, stays what it is.
   */
  readonly boxes: readonly (readonly Box[])[]
}

/** Boxes that go through the refiner together, and never fewer: it is ready for one shape, and answers have few. */
const TOGETHER = 4

/** @see ConditionalGeneration.refineBoxes */
export async function refineBoxes(
  { config: { vision_config }, refineBoxes: refine }: Pick<Engine, 'config' | 'refineBoxes'>,
  { pixel_values, boxes }: RefineBoxesInputs,
  signal: AbortSignal | undefined,
): Promise<Box[][]> {
  if (refine === undefined)
    throw new TypeError(
      'Expected a checkpoint with a box refiner, box_refiner.safetensors, for refineBoxes, but this one has none; ' +
        '`refinesBoxes` tells so before',
    )
  const { num_channels, image_size } = vision_config
  const pixels = expectFloat32('pixel_values', pixel_values, ['B', num_channels, image_size, image_size])
  checkBoxes(boxes, pixels.dims[0]!)
  const given = boxes.flatMap((own, row) =>
    own.filter(hasArea).map((box) => ({ row, box, window: windowAround(box, image_size) })),
  )
  const found = new Map<Box, Box>()
  for (let start = 0; start < given.length; start += TOGETHER) {
    const part = given.slice(start, start + TOGETHER)
    const scores = await refine(lookAtWindows(pixels, part, TOGETHER), signal)
    for (const [i, { box, window }] of part.entries()) {
      const refined = expectedBox(scores, i, window, image_size)
      if (hasArea(refined)) found.set(box, refined)
    }
  }
  return boxes.map((own) => own.map((box) => found.get(box) ?? box))
}

function checkBoxes(boxes: unknown, pictures: number): asserts boxes is readonly (readonly Box[])[] {
  if (!Array.isArray(boxes) || !boxes.every(Array.isArray))
    throw invalidType('boxes', 'a list of boxes for each picture', boxes)
  if (boxes.length !== pictures)
    throw invalidRange('boxes', `as many lists as there are pictures, ${pictures},`, boxes.length)
  const other = (boxes as readonly (readonly unknown[])[]).flat().find((box) => !isBox(box))
  if (other !== undefined)
    throw invalidRange('boxes', 'boxes [x1, y1, x2, y2] in fractions of the picture, from 0 to 1', other)
}

const isBox = (box: unknown): boolean =>
  Array.isArray(box) &&
  box.length === 4 &&
  box.every((side) => typeof side === 'number' && side >= 0 && side <= 1)
