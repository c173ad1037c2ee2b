// The ids by which a vocabulary writes boxes: its patch tokens, wherever they are in it, and the tags around them.
import type { Kosmos2Processor } from '../../text/processor.ts'
import {
  BEGIN_OF_OBJECT,
  DELIMITER_OF_OBJECTS,
  END_OF_IMAGE,
  END_OF_OBJECT,
  patchIndexToken,
} from '../../text/tags.ts'

/** What is needed of a processor to find boxes among token ids. */
export type PatchProcessor = Pick<Kosmos2Processor, 'tokenizer' | 'num_patch_index_tokens'>

export interface PatchVocabulary {
  /** Cells along each side of the grid. */
  readonly side: number
  /** The token id of each patch index that the grid has, [side * side]. */
  readonly ids: readonly number[]
  /** The patch index of a token id; undefined for any other token. */
  readonly indexOf: ReadonlyMap<number, number>
  readonly beginOfObject: number
  readonly endOfObject: number
  readonly delimiter: number
  readonly endOfImage: number
}

/** Two patch tokens that name a box. */
export interface PatchPair {
  readonly upperLeft: number
  readonly lowerRight: number
  /** Where the first of the two tokens is among the ids; the other follows it. */
  readonly position: number
}

const known = new WeakMap<PatchProcessor, PatchVocabulary>()

/** Looks a processor's patch tokens up, once. */
export function patchVocabulary(processor: PatchProcessor): PatchVocabulary {
  let vocabulary = known.get(processor)
  if (vocabulary === undefined) known.set(processor, (vocabulary = look(processor)))
  return vocabulary
}

function look({ tokenizer, num_patch_index_tokens }: PatchProcessor): PatchVocabulary {
  const side = Math.floor(Math.sqrt(num_patch_index_tokens))
  const id = (token: string): number => tokenizer.convert_tokens_to_ids(token)
  const ids = Array.from({ length: side * side }, (_, index) => id(patchIndexToken(index)))
  return {
    side,
    ids,
    indexOf: new Map(ids.map((token, index) => [token, index])),
    beginOfObject: id(BEGIN_OF_OBJECT),
    endOfObject: id(END_OF_OBJECT),
    delimiter: id(DELIMITER_OF_OBJECTS),
    endOfImage: id(END_OF_IMAGE),
  }
}

/**
 * The boxes behind the picture, in their order: pairs of patch tokens in an `<object>`, with the delimiter between
 * several, exactly where `post_process_generation` finds boxes in the text of these ids.
 */
export function findPatchPairs(ids: readonly number[], vocabulary: PatchVocabulary): PatchPair[] {
  const pairs: PatchPair[] = []
  for (let i = ids.lastIndexOf(vocabulary.endOfImage) + 1; i < ids.length; i++)
    if (ids[i] === vocabulary.beginOfObject) pairs.push(...objectAt(ids, i + 1, vocabulary))
  return pairs
}

/** The boxes of the object whose first patch token should be at `start`; none where the object is not well formed. */
function objectAt(
  ids: readonly number[],
  start: number,
  { indexOf, delimiter, endOfObject }: PatchVocabulary,
): PatchPair[] {
  const pairs: PatchPair[] = []
  for (let position = start; ; position += 3) {
    const upperLeft = indexOf.get(ids[position] ?? -1)
    const lowerRight = indexOf.get(ids[position + 1] ?? -1)
    if (upperLeft === undefined || lowerRight === undefined) return []
    pairs.push({ upperLeft, lowerRight, position })
    if (ids[position + 2] === endOfObject) return pairs
    if (ids[position + 2] !== delimiter) return []
  }
}
