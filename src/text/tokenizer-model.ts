// @huggingface/tokenizers with the types of what is used of it: its own declaration files import one another without
// file extensions, which Node's module resolution does not follow, so that its classes come out untyped.
import * as tokenizers from '@huggingface/tokenizers'

/** What tokenizer.json describes: text to ids and back. */
export interface TokenizerModel {
  encode(text: string, options: { readonly add_special_tokens: boolean }): { readonly ids: number[] }
  decode(
    ids: readonly number[],
    options: { readonly skip_special_tokens: boolean; readonly clean_up_tokenization_spaces: boolean },
  ): string
  token_to_id(token: string): number | undefined
  id_to_token(id: number): string | undefined
  get_vocab(): Map<string, number>
  get_added_tokens_decoder(): Map<number, { readonly content: string; readonly special: boolean }>
}

/**
 * Builds the tokenizer that a tokenizer.json describes.
 * @throws {Error} where it names parts that the package does not know
 */
export function createTokenizerModel(definition: object): TokenizerModel {
  const { Tokenizer } = tokenizers as unknown as {
    Tokenizer: new (definition: object, config: object) => TokenizerModel
  }
  return new Tokenizer(definition, {})
}
