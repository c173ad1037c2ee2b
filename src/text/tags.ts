// The tag tokens of KOSMOS-2: plain entries of its vocabulary that mark pictures, phrases and boxes in a text.
// Source: transformers processing_kosmos2.py.
import { zeroFill } from './python-text.ts'

/** Asks the model to link the phrases of its answer to boxes. */
export const GROUNDING = '<grounding>'
export const BEGIN_OF_IMAGE = '<image>'
export const END_OF_IMAGE = '</image>'
export const BEGIN_OF_PHRASE = '<phrase>'
export const END_OF_PHRASE = '</phrase>'
export const BEGIN_OF_OBJECT = '<object>'
export const END_OF_OBJECT = '</object>'
/** Stands between two boxes of one phrase. */
export const DELIMITER_OF_OBJECTS = '</delimiter_of_multi_objects/>'

/** Every tag token; a tokenizer that lacks one is not KOSMOS-2's. */
export const TAG_TOKENS: readonly string[] = [
  '</doc>',
  BEGIN_OF_IMAGE,
  END_OF_IMAGE,
  '</chunk>',
  '</line>',
  BEGIN_OF_PHRASE,
  END_OF_PHRASE,
  BEGIN_OF_OBJECT,
  END_OF_OBJECT,
  DELIMITER_OF_OBJECTS,
  GROUNDING,
]

/** The phrases of a text, as the reference finds them: at least one character, which is no end of a line. */
export const PHRASE = /<phrase>[^\n]+?<\/phrase>/g

/**
 * The text of a patch index: `<patch_index_0044>`. Only those from 0 to `num_patch_index_tokens - 1` are tokens; the
 * text of any other splits into pieces, as in the reference.
 * @param index - an integer
 */
export function patchIndexToken(index: number | bigint): string {
  return `<patch_index_${zeroFill(index, 4)}>`
}
