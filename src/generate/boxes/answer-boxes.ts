// The boxes of an answer in all forms: fractions, pixels, cells, between the cells, and how sure the model was.
import type { Box } from '../../text/box-iou.ts'
import { boxInPixels, type ImageSize } from '../../text/boxes.ts'
import type { CornerMap, CornerMaps } from './corner-maps.ts'
import { finerBox } from './finer-box.ts'
import type { LocatedEntities } from './located-entities.ts'

/** A box of an answer. */
export interface AnswerBox {
  /** Which entity it belongs to, and which of that entity's boxes it is. */
  readonly entity: number
  readonly index: number
  /** x1, y1, x2, y2 as fractions of the picture's width and height. */
  readonly fractions: Box
  /** The same in the picture's pixels. */
  readonly pixels: Box
  /** Cells of the grid, row * side + column, of the upper left and the lower right corner. */
  readonly patches: readonly [upperLeft: number, lowerRight: number]
  /** How likely each written corner was among all cells, 0 to 1; null for a box that the prompt gave. */
  readonly confidence: readonly [upperLeft: number, lowerRight: number] | null
  /**
   * The box between the cells, in fractions: as `finerBox` gives it, and where the checkpoint has a box refiner, as that
   * finds it around there; null for a box that the prompt gave.
   */
  readonly finer: Box | null
  /** What the model held of every cell; null for a box that the prompt gave. */
  readonly maps: CornerMaps | null
}

/**
 * The boxes of entities, in the order of these. A box that a prompt wrote in text that is no patch token has no cells and
 * is left out.
 * @param size - of the picture
 */
export function answerBoxes(
  { entities, located }: Pick<LocatedEntities, 'entities' | 'located'>,
  size: ImageSize,
): AnswerBox[] {
  return entities.flatMap(([, , boxes], entity) =>
    boxes.flatMap((fractions, index): AnswerBox[] => {
      const box = located[entity]![index]
      if (box === undefined) return []
      const { upperLeft, lowerRight, maps = null } = box
      return [
        {
          entity,
          index,
          fractions,
          pixels: boxInPixels(fractions, size),
          patches: [upperLeft, lowerRight],
          confidence: maps && [likelihood(maps.upperLeft), likelihood(maps.lowerRight)],
          finer: maps && finerBox(maps),
          maps,
        },
      ]
    }),
  )
}

const likelihood = ({ cell, probabilities }: CornerMap): number => probabilities[cell]!
