// What each token of a prompt or an answer is there for.

import {
  BEGIN_OF_IMAGE,
  BEGIN_OF_OBJECT,
  BEGIN_OF_PHRASE,
  DELIMITER_OF_OBJECTS,
  END_OF_IMAGE,
  END_OF_OBJECT,
  END_OF_PHRASE,
  GROUNDING,
  TAG_TOKENS,
} from '../text/tags.ts'

/** The kinds of tokens, in the order in which a legend names them. */
export const tokenKinds = ['special', 'image', 'grounding', 'patch', 'text'] as const
export type TokenKind = (typeof tokenKinds)[number]

const kindOfToken = new Map<string, TokenKind>([
  // The tokenizer's own; then all tags, of which those that are not told apart below mark documents and lines.
  ...(['<s>', '</s>', '<pad>', '<unk>', '<mask>', ...TAG_TOKENS].map((token) => [token, 'special']) as [
    string,
    TokenKind,
  ][]),
  [BEGIN_OF_IMAGE, 'image'],
  [END_OF_IMAGE, 'image'],
  [GROUNDING, 'grounding'],
  [BEGIN_OF_PHRASE, 'grounding'],
  [END_OF_PHRASE, 'grounding'],
  [BEGIN_OF_OBJECT, 'grounding'],
  [END_OF_OBJECT, 'grounding'],
  [DELIMITER_OF_OBJECTS, 'grounding'],
])

/**
 * The kind of a token.
 * @param piece - the token as text, as `convert_ids_to_tokens` gives it
 * @param slot - whether the position takes an image embedding: whatever its piece, that makes it `image`
 */
export function tokenKind(piece: string, slot: boolean): TokenKind {
  if (slot) return 'image'
  if (/^<patch_index_[0-9]{4}>$/.test(piece)) return 'patch'
  return kindOfToken.get(piece) ?? 'text'
}
