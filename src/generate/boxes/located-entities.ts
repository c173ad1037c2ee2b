// The entities of a row, each of its boxes with the tokens that wrote it.
import { patch_index_to_coordinate } from '../../text/boxes.ts'
import type { Entity } from '../../text/post-process.ts'
import type { Kosmos2Processor } from '../../text/processor.ts'
import type { GenerateOutput } from '../generate.ts'
import { type LocatedBox, locateBoxes } from './corner-maps.ts'
import { patchVocabulary } from './patch-vocabulary.ts'

export interface LocatedEntities {
  /** The row, prompt included. */
  readonly ids: readonly number[]
  /** What the ids say, without special tokens. */
  readonly decoded: string
  readonly caption: string
  /** As `post_process_generation` gives them. */
  readonly entities: readonly Entity[]
  /** For each box of each entity where it was written; undefined for one of a prompt whose corners are no patch tokens. */
  readonly located: readonly (readonly (LocatedBox | undefined)[])[]
}

/**
 * Finds entities and the tokens of their boxes.
 * @param output - of `generate` with `return_dict_in_generate` and `output_scores`
 * @throws as `cornerMaps`
 */
export function locateEntities(
  processor: Kosmos2Processor,
  output: GenerateOutput,
  row: number,
): LocatedEntities {
  const { ids, boxes } = locateBoxes(processor, output, row)
  const { side } = patchVocabulary(processor)
  const decoded = processor.decode(ids, { skip_special_tokens: true })
  const [caption, entities] = processor.post_process_generation(decoded)
  let next = 0
  const located = entities.map(([, , own]) =>
    own.map((box) => {
      const at = boxes.findIndex(
        ({ upperLeft, lowerRight }, place) =>
          place >= next && isSame(patch_index_to_coordinate(upperLeft, lowerRight, side), box),
      )
      if (at < 0) return undefined
      next = at + 1
      return boxes[at]
    }),
  )
  return { ids, decoded, caption, entities, located }
}

const isSame = (a: readonly number[], b: readonly number[]): boolean => a.every((side, i) => side === b[i])
