// The one place that touches @huggingface/tokenizers, with the reference's behaviour where the package has another.
// Source: the Rust package tokenizers, which transformers calls.
import * as tokenizers from '@huggingface/tokenizers'
import { invalidRange, show } from '../errors.ts'

/** What a tokenizer.json describes: text to ids and back. */
export interface TokenizerModel {
  /** The ids of a text, without special tokens around it. */
  encode(text: string): readonly number[]
  /** The text of ids; those beyond the vocabulary vanish. */
  decode(ids: readonly number[], skipSpecialTokens: boolean, cleanUp: boolean): string
  tokenToId(token: string): number | undefined
  /** @throws {RangeError} for a negative id */
  idToToken(id: number): string | undefined
  vocabulary(): Map<string, number>
  addedTokens(): readonly AddedToken[]
}

/** A token beside the pieces of the model: a special token or a tag. */
export interface AddedToken {
  readonly id: number
  readonly content: string
  readonly special: boolean
}

/**
 * The class as it is used here: the package's own declaration files import one another without file extensions, which
 * Node's module resolution does not follow, so that its classes come out untyped.
 */
interface PackageTokenizer {
  encode(text: string, options: { readonly add_special_tokens: boolean }): { readonly ids: number[] }
  decode(
    ids: readonly number[],
    options: { readonly skip_special_tokens: boolean; readonly clean_up_tokenization_spaces: boolean },
  ): string
  token_to_id(token: string): number | undefined
  id_to_token(id: number): string | undefined
  get_vocab(): Map<string, number>
  get_added_tokens_decoder(): Map<number, AddedToken>
}
const { Tokenizer } = tokenizers as unknown as {
  Tokenizer: new (definition: object, config: object) => PackageTokenizer
}

/**
 * Builds the tokenizer that a tokenizer.json describes.
 * @throws {Error} where it names parts that the package does not know
 */
export function createTokenizerModel(definition: object): TokenizerModel {
  const tokenizer = new Tokenizer(definition, {})
  const idToToken = (id: number): string | undefined => {
    if (id < 0) throw invalidRange('a token id', 'an integer from 0', id)
    return tokenizer.id_to_token(id)
  }
  return {
    encode: (text) => encode(tokenizer, text),
    decode: (ids, skip_special_tokens, clean_up_tokenization_spaces) => {
      // The package would put <unk> in the place of ids beyond the vocabulary, and refuses an empty sequence.
      const known = ids.filter((id) => idToToken(id) !== undefined)
      return known.length === 0
        ? ''
        : tokenizer.decode(known, { skip_special_tokens, clean_up_tokenization_spaces })
    },
    tokenToId: (token) => tokenizer.token_to_id(token),
    idToToken,
    vocabulary: () => tokenizer.get_vocab(),
    addedTokens: () => [...tokenizer.get_added_tokens_decoder().values()],
  }
}

/** In no vocabulary and no white space: stands for a character that the package would take for white space. */
const NONCHARACTER = '\uffff'

function encode(tokenizer: PackageTokenizer, text: string): readonly number[] {
  // The reference takes U+0085 for white space and U+FEFF for a character; JavaScript, and so the package, the reverse.
  const swapped = text.replaceAll('\u0085', ' ').replaceAll('\ufeff', NONCHARACTER)
  try {
    return tokenizer.encode(swapped, { add_special_tokens: false }).ids
  } catch (cause) {
    // The package passes the pieces of a word as arguments, of which a call takes some ten thousands.
    if (!(cause instanceof RangeError)) throw cause
    throw new RangeError(
      `Expected words of reasonable length but received ${show(text)}, in which one has too many pieces to be encoded`,
      { cause },
    )
  }
}
