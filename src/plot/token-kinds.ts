// What each token of a prompt or an answer is there for.

/** The kinds of tokens, in the order in which a legend names them. */
export const tokenKinds = ['special', 'image', 'grounding', 'patch', 'text'] as const
export type TokenKind = (typeof tokenKinds)[number]

const groundingTags = new Set([
  '<grounding>',
  '<phrase>',
  '</phrase>',
  '<object>',
  '</object>',
  '</delimiter_of_multi_objects/>',
])
/** The tokenizer's other tags and control tokens, as transformers' Kosmos2Processor and XLM-R tokenizer name them. */
const specialTokens = new Set([
  '<s>',
  '</s>',
  '<pad>',
  '<unk>',
  '<mask>',
  '</chunk>',
  '<doc>',
  '</doc>',
  '<dom>',
  '</dom>',
  '<line>',
  '</line>',
])

/**
 * The kind of a token.
 * @param piece - the token as text, as `convert_ids_to_tokens` gives it
 * @param slot - whether the position takes an image embedding: whatever its piece, that makes it `image`
 */
export function tokenKind(piece: string, slot: boolean): TokenKind {
  if (slot || piece === '<image>' || piece === '</image>') return 'image'
  if (groundingTags.has(piece)) return 'grounding'
  if (/^<patch_index_[0-9]{4}>$/.test(piece)) return 'patch'
  return specialTokens.has(piece) ? 'special' : 'text'
}
