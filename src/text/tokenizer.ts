// The tokenizer of KOSMOS-2: texts to token ids and back. The work is done by @huggingface/tokenizers; here are the
// files, batches, and the places where that package and the reference part.
// Source of the behaviour: transformers tokenization_utils_tokenizers.py and the Rust package tokenizers.
import { CheckpointError, invalidRange, invalidType, rejectUnknownOptions } from '../errors.ts'
import type { Tensor } from '../tensor.ts'
import {
  ENCODE_OPTIONS,
  type EncodeOptions,
  type EncodePlan,
  flag,
  paddedLength,
  planEncoding,
} from './encode-options.ts'
import {
  type BatchFields,
  type Row,
  batchFields,
  cut,
  pad,
  row,
  surround,
  toTensors,
  unbatch,
} from './rows.ts'
import { type TokenIdRows, type TokenIds, manyRows, oneRow } from './token-ids.ts'
import { type TokenizerModel, createTokenizerModel } from './tokenizer-model.ts'
import { type TokenizerFiles, readTokenizerFiles } from './tokenizer-file.ts'

/** The fields of one text (`Values` = `number[]`), of several (`number[][]`), or of a batch (`Tensor`). */
export interface TokenizerOutput<Values, Counts = number[]> {
  readonly input_ids: Values
  /** 1 for tokens, 0 for padding; left out with `return_attention_mask: false`. */
  readonly attention_mask: Values
  readonly token_type_ids?: Values
  readonly special_tokens_mask?: Values
  /** Tokens a row, padding included. */
  readonly length?: Counts
  /** For each row the index of its text. */
  readonly overflow_to_sample_mapping?: Counts
}

/** The options of decoding. */
export interface DecodeOptions {
  /** Whether `<s>`, `</s>`, `<pad>`, `<unk>` and `<mask>` are left out; the tags are no special tokens. Default false. */
  readonly skip_special_tokens?: boolean
  /** Whether spaces before punctuation are removed; default as tokenizer_config.json says, else false. */
  readonly clean_up_tokenization_spaces?: boolean | null
}

/** The tokenizer of a checkpoint. */
export class Kosmos2Tokenizer {
  /** What the model takes from the tokenizer. */
  readonly model_input_names: readonly string[] = ['input_ids', 'attention_mask']
  /** Where padding goes, `'left'` for generation in batches. May be set; with pictures it is the only way. */
  padding_side: 'left' | 'right'
  /** Where truncation cuts. May be set. */
  truncation_side: 'left' | 'right'
  /** Where `truncation` cuts without `max_length`; from 1e20 on it does not. */
  model_max_length: number
  readonly bos_token: string
  readonly eos_token: string
  readonly unk_token: string
  readonly pad_token: string
  readonly bos_token_id: number
  readonly eos_token_id: number
  readonly unk_token_id: number
  readonly pad_token_id: number
  /** How many pieces the vocabulary has without the added tokens. */
  readonly vocab_size: number
  /** How many ids there are, added tokens included: Python's `len(tokenizer)`. */
  readonly length: number

  readonly #model: TokenizerModel
  readonly #prefix: readonly number[]
  readonly #suffix: readonly number[]
  readonly #specialIds: ReadonlySet<number>
  readonly #cleanUp: boolean

  private constructor(tokenizer: TokenizerModel, { settings, vocabSize, prefix, suffix }: TokenizerFiles) {
    this.#model = tokenizer
    this.#prefix = prefix
    this.#suffix = suffix
    const added = [...tokenizer.get_added_tokens_decoder()]
    this.#specialIds = new Set(added.filter(([, token]) => token.special).map(([id]) => id))
    this.#cleanUp = settings.clean_up_tokenization_spaces
    this.padding_side = settings.padding_side
    this.truncation_side = settings.truncation_side
    this.model_max_length = settings.model_max_length
    this.vocab_size = vocabSize
    this.length = Math.max(vocabSize - 1, ...added.map(([id]) => id)) + 1
    const idOf = (name: 'bos_token' | 'eos_token' | 'unk_token' | 'pad_token'): [string, number] => {
      const token = settings[name]
      const id = tokenizer.token_to_id(token)
      if (id === undefined)
        throw new CheckpointError('BAD_TOKENIZER', `The ${name} ${token} is not in the vocabulary`)
      return [token, id]
    }
    ;[this.bos_token, this.bos_token_id] = idOf('bos_token')
    ;[this.eos_token, this.eos_token_id] = idOf('eos_token')
    ;[this.unk_token, this.unk_token_id] = idOf('unk_token')
    ;[this.pad_token, this.pad_token_id] = idOf('pad_token')
  }

  /**
   * Reads the tokenizer of a checkpoint: tokenizer.json and, where there is one, tokenizer_config.json.
   * @param folder - the checkpoint's folder
   * @throws {CheckpointError} `NOT_FOUND` without tokenizer.json, `BAD_TOKENIZER` where a file is not what it should be
   */
  static async from_pretrained(folder: string): Promise<Kosmos2Tokenizer> {
    const files = await readTokenizerFiles(folder)
    let tokenizer: TokenizerModel
    try {
      tokenizer = createTokenizerModel(files.definition)
    } catch (cause) {
      throw new CheckpointError(
        'BAD_TOKENIZER',
        `${folder}: tokenizer.json cannot be used: ${(cause as Error).message}`,
        { cause },
      )
    }
    return new Kosmos2Tokenizer(tokenizer, files)
  }

  /**
   * Encodes a text, or several at once.
   * @returns arrays of numbers, nested for several texts, or int64 tensors [B, S] with `return_tensors`
   * @throws {TypeError} for texts that are no well-formed strings and for options that are unknown or of the wrong kind
   * @throws {RangeError} for lengths that leave no room, and for rows of different length where tensors are asked for
   */
  call(
    text: string | readonly string[],
    options: EncodeOptions & { readonly return_tensors: 'pt' | 'np' },
  ): TokenizerOutput<Tensor, Tensor>
  call(
    text: string,
    options?: EncodeOptions & { readonly return_overflowing_tokens?: false },
  ): TokenizerOutput<number[]>
  call(text: readonly string[], options?: EncodeOptions): TokenizerOutput<number[][]>
  call(
    text: string | readonly string[],
    options?: EncodeOptions,
  ): TokenizerOutput<number[] | number[][] | Tensor, number[] | Tensor>
  call(
    text: string | readonly string[],
    options: EncodeOptions = {},
  ): TokenizerOutput<number[] | number[][] | Tensor, number[] | Tensor> {
    const { plan, samples } = this.encodeRows(checkTexts('text', text), options)
    const rows = plan.returns.overflow ? samples.flat() : samples.map(([first]) => first)
    const length = paddedLength(plan, Math.max(...rows.map(({ ids }) => ids.length)))
    const fields: BatchFields = {
      ...batchFields(
        rows.map((one) => pad(one, length, plan.paddingSide, this.pad_token_id)),
        plan,
      ),
      ...(plan.returns.overflow && {
        overflow_to_sample_mapping: samples.flatMap((pieces, sample) => pieces.map(() => sample)),
      }),
    }
    const single = typeof text === 'string' && !plan.returns.overflow
    const output = plan.tensors ? toTensors(fields) : single ? unbatch(fields) : fields
    return output as unknown as TokenizerOutput<number[] | number[][] | Tensor, number[] | Tensor>
  }

  /** The ids of one text; the options are those of `call`. */
  encode(text: string, options: Omit<EncodeOptions, 'return_tensors'> = {}): number[] {
    if (typeof text !== 'string') throw invalidType('text', 'a string', text)
    return this.call(text, { ...options, return_overflowing_tokens: false }).input_ids
  }

  /**
   * The text of one sequence of ids. Ids beyond the vocabulary vanish, as in the reference.
   * @param token_ids - an id, an array of ids, or an int64 tensor [S]
   * @throws {TypeError} if they are anything else
   * @throws {RangeError} for negative ids
   */
  decode(token_ids: TokenIds | number | bigint, options: DecodeOptions = {}): string {
    const ids = typeof token_ids === 'number' || typeof token_ids === 'bigint' ? [token_ids] : token_ids
    return this.#decodeRow(oneRow('token_ids', ids), options)
  }

  /**
   * The texts of several sequences of ids.
   * @param sequences - arrays of ids, an int64 tensor [B, S], or `{ sequences }` as `generate` gives it
   * @throws {TypeError} if they are anything else
   * @throws {RangeError} for negative ids
   */
  batch_decode(sequences: TokenIdRows, options: DecodeOptions = {}): string[] {
    return manyRows('sequences', sequences).map((ids) => this.#decodeRow(ids, options))
  }

  /** The id of a token, or the ids of several; `unk_token_id` for what is not in the vocabulary. */
  convert_tokens_to_ids(tokens: string): number
  convert_tokens_to_ids(tokens: readonly string[]): number[]
  convert_tokens_to_ids(tokens: string | readonly string[]): number | number[] {
    if (typeof tokens === 'string') return this.#model.token_to_id(tokens) ?? this.unk_token_id
    if (!Array.isArray(tokens)) throw invalidType('tokens', 'a string or an array of strings', tokens)
    return tokens.map((token: string) => this.convert_tokens_to_ids(token))
  }

  /**
   * The token of an id, or the tokens of several; null for an id beyond the vocabulary.
   * @throws {RangeError} for negative ids
   */
  convert_ids_to_tokens(ids: number | bigint): string | null
  convert_ids_to_tokens(
    ids: TokenIds,
    options?: { readonly skip_special_tokens?: boolean },
  ): (string | null)[]
  convert_ids_to_tokens(
    ids: TokenIds | number | bigint,
    options: { readonly skip_special_tokens?: boolean } = {},
  ): string | null | (string | null)[] {
    rejectUnknownOptions('convert_ids_to_tokens', options, ['skip_special_tokens'])
    if (typeof ids === 'number' || typeof ids === 'bigint') return this.#tokenOf(oneRow('ids', [ids])[0]!)
    const skip = flag('skip_special_tokens', options.skip_special_tokens, false)
    return oneRow('ids', ids)
      .filter((id) => !skip || !this.#specialIds.has(id))
      .map((id) => this.#tokenOf(id))
  }

  /** Every token with its id, added tokens included. */
  get_vocab(): Map<string, number> {
    return this.#model.get_vocab()
  }

  /** The tokens that were added to the vocabulary, the tags among them, each with its id. */
  get_added_vocab(): Map<string, number> {
    return new Map([...this.#model.get_added_tokens_decoder()].map(([id, { content }]) => [content, id]))
  }

  /**
   * The rows of `call` before they are padded, for a caller that changes them first; options are checked as there.
   * @returns what the options come to, and for each text its row, followed by those that truncation cut off
   */
  encodeRows(
    texts: readonly string[],
    options: EncodeOptions = {},
  ): { plan: EncodePlan; samples: [Row, ...Row[]][] } {
    rejectUnknownOptions('tokenizer.call', options, ENCODE_OPTIONS)
    const specialTokens = this.#prefix.length + this.#suffix.length
    const plan = planEncoding(options, this, specialTokens)
    const [prefix, suffix] = plan.addSpecialTokens ? [this.#prefix, this.#suffix] : [[], []]
    const room = (plan.truncateTo ?? Infinity) - prefix.length - suffix.length
    const samples = texts.map((text) => {
      const { ids } = this.#model.encode(swapSpaces(text), { add_special_tokens: false })
      const pieces = cut(ids, room, plan.stride, plan.truncationSide)
      return pieces.map((piece) => surround(row(piece), prefix, suffix)) as [Row, ...Row[]]
    })
    return { plan, samples }
  }

  #decodeRow(ids: readonly number[], options: DecodeOptions): string {
    rejectUnknownOptions('decode', options, ['skip_special_tokens', 'clean_up_tokenization_spaces'])
    const skip_special_tokens = flag('skip_special_tokens', options.skip_special_tokens, false)
    const clean_up_tokenization_spaces = flag(
      'clean_up_tokenization_spaces',
      options.clean_up_tokenization_spaces,
      this.#cleanUp,
    )
    // The package would put <unk> in the place of ids beyond the vocabulary, and refuses an empty sequence.
    const known = ids.filter((id) => this.#tokenOf(id) !== null)
    if (known.length === 0) return ''
    return this.#model.decode(known, { skip_special_tokens, clean_up_tokenization_spaces })
  }

  #tokenOf(id: number): string | null {
    if (id < 0) throw invalidRange('a token id', 'an integer from 0', id)
    return this.#model.id_to_token(id) ?? null
  }
}

/**
 * Checks texts and makes a list of them.
 * @param name - the argument's name, for messages
 * @throws {TypeError} unless they are strings of well-formed Unicode
 * @throws {RangeError} if there are none
 */
export function checkTexts(name: string, text: unknown): string[] {
  const texts: unknown[] = Array.isArray(text) ? text : [text]
  if (texts.length === 0) throw invalidRange(name, 'at least one string', text)
  return texts.map((one, index) => {
    const where = Array.isArray(text) ? `${name}[${index}]` : name
    if (typeof one !== 'string')
      throw invalidType(where, Array.isArray(text) ? 'a string' : 'a string or an array of strings', one)
    if (/\p{Surrogate}/u.test(one))
      throw invalidType(where, 'well-formed Unicode, no half of a surrogate pair,', one)
    return one
  })
}

/** Not in any vocabulary and no white space: stands for a character that the package must not take for white space. */
const NONCHARACTER = '\uffff'

/** The reference takes U+0085 for white space and U+FEFF for a character; JavaScript, and so the package, the reverse. */
function swapSpaces(text: string): string {
  return text.replaceAll('\u0085', ' ').replaceAll('\ufeff', NONCHARACTER)
}
