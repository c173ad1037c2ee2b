// Where the model held the corners of its boxes to be. It writes a corner as one cell of the grid, but scores all cells
// before it does: these scores as maps, one for each corner.
import { rejectUnknownOptions } from '../../errors.ts'
import type { GenerateOutput } from '../generate.ts'
import { rowScores } from '../row-scores.ts'
import { softmaxDenominator } from '../softmax.ts'
import {
  findPatchPairs,
  type PatchProcessor,
  patchVocabulary,
  type PatchVocabulary,
} from './patch-vocabulary.ts'

/** One corner of a box. */
export interface CornerMap {
  /** The patch index that was written: row * side + column. */
  readonly cell: number
  /** Cells along each side of the grid, 32 in the published model. */
  readonly side: number
  /**
   * How likely each cell was, [side * side] row by row, adding up to 1: the softmax of the step's scores over the patch
   * tokens alone.
   */
  readonly probabilities: Float64Array
}

/** The two corners of a box. */
export interface CornerMaps {
  readonly upperLeft: CornerMap
  readonly lowerRight: CornerMap
}

export interface CornerMapOptions {
  /** Which row of `output.sequences`. @default 0 */
  readonly row?: number | undefined
}

/** A box of a row, in the order in which the text has them; without maps where the prompt gave it. */
export interface LocatedBox {
  readonly upperLeft: number
  readonly lowerRight: number
  readonly maps: CornerMaps | undefined
}

/**
 * The maps of all boxes that were generated in a row, in the order in which `post_process_generation` gives them.
 *
 * Greedy and sampled rows have the scores of the tokens that they hold. With beams each token's scores are those of the
 * beam that it continued (`beam_indices`), so the maps are of the answer's own history there too; but the cell that was
 * written need not be the likeliest one. `temperature`, `top_k` and other processors show in the maps, which are of the
 * processed scores.
 * @param processor - the one that made the prompt: it knows which ids are patch tokens
 * @param output - of `generate` with `return_dict_in_generate` and `output_scores`
 * @throws {TypeError} for an output without scores
 * @throws {RangeError} for a row that is not there
 */
export function cornerMaps(
  processor: PatchProcessor,
  output: GenerateOutput,
  options: CornerMapOptions = {},
): CornerMaps[] {
  rejectUnknownOptions('cornerMaps', options, ['row'])
  return locateBoxes(processor, output, options.row ?? 0).boxes.flatMap(({ maps }) => maps ?? [])
}

/** The ids of a row, and its boxes. @throws as `cornerMaps` */
export function locateBoxes(
  processor: PatchProcessor,
  output: GenerateOutput,
  row: number,
): { readonly ids: readonly number[]; readonly boxes: readonly LocatedBox[] } {
  const { ids, promptLength, scoresAt } = rowScores(output, row)
  const vocabulary = patchVocabulary(processor)
  const mapAt = (position: number, cell: number): CornerMap => {
    const own = scoresAt(position - promptLength)
    return { cell, side: vocabulary.side, probabilities: overCells(own, vocabulary) }
  }
  const boxes = findPatchPairs(ids, vocabulary).map(({ upperLeft, lowerRight, position }) => ({
    upperLeft,
    lowerRight,
    maps:
      position < promptLength
        ? undefined
        : { upperLeft: mapAt(position, upperLeft), lowerRight: mapAt(position + 1, lowerRight) },
  }))
  return { ids, boxes }
}

function overCells(scores: Float32Array, { ids }: PatchVocabulary): Float64Array {
  const own = Float32Array.from(ids, (id) => scores[id] ?? -Infinity)
  const { highest, sum } = softmaxDenominator(own)
  return Float64Array.from(own, (score) => Math.exp(score - highest) / sum)
}
