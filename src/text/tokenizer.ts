// The tokenizer of KOSMOS-2: texts to token ids and back. The work is done by @huggingface/tokenizers; here are the
// files, batches, and the places where that package and the reference part.
// Source of the behaviour: transformers tokenization_utils_tokenizers.py and the Rust package tokenizers.
import { type ResolveOptions, resolveCheckpoint } from '../checkpoint/hub.ts'
import { CheckpointError, invalidType, rejectUnknownOptions } from '../errors.ts'
import type { Tensor } from '../tensor.ts'
import {
  ENCODE_OPTIONS,
  type EncodeOptions,
  type EncodePlan,
  type Side,
  checkSide,
  flag,
  paddedLength,
  planEncoding,
} from './encode-options.ts'
import {
  type BatchFields,
  type Row,
  batchFields,
  cut,
  longestOf,
  pad,
  row,
  surround,
  toTensors,
  unbatch,
} from './rows.ts'
import { checkTexts } from './texts.ts'
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
  /** Where `truncation` cuts without `max_length`; from 1e20 on it does not. */
  readonly model_max_length: number
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
  /** How many places a picture takes where a call of the processor does not say: tokenizer_config.json's, else 64. */
  readonly num_image_tokens: number
  /** How many ids there are, added tokens included: Python's `len(tokenizer)`. */
  readonly length: number

  readonly #model: TokenizerModel
  readonly #prefix: readonly number[]
  readonly #suffix: readonly number[]
  readonly #specialIds: ReadonlySet<number>
  readonly #cleanUp: boolean
  #paddingSide: Side
  #truncationSide: Side

  private constructor(model: TokenizerModel, { settings, vocabSize, prefix, suffix }: TokenizerFiles) {
    this.#model = model
    this.#prefix = prefix
    this.#suffix = suffix
    const added = model.addedTokens()
    this.#specialIds = new Set(added.filter(({ special }) => special).map(({ id }) => id))
    this.#cleanUp = settings.clean_up_tokenization_spaces
    this.#paddingSide = settings.padding_side
    this.#truncationSide = settings.truncation_side
    this.model_max_length = settings.model_max_length
    this.vocab_size = vocabSize
    this.num_image_tokens = settings.num_image_tokens
    this.length = added.reduce((length, { id }) => Math.max(length, id + 1), vocabSize)
    this.bos_token = settings.bos_token
    this.eos_token = settings.eos_token
    this.unk_token = settings.unk_token
    this.pad_token = settings.pad_token
    this.bos_token_id = idOf(model, 'bos_token', settings.bos_token)
    this.eos_token_id = idOf(model, 'eos_token', settings.eos_token)
    this.unk_token_id = idOf(model, 'unk_token', settings.unk_token)
    this.pad_token_id = idOf(model, 'pad_token', settings.pad_token)
  }

  /**
   * Reads the tokenizer of a checkpoint: tokenizer.json and, where there is one, tokenizer_config.json.
   * @param nameOrFolder - the checkpoint's folder, or its name on the Hugging Face hub; weights are not downloaded
   * @throws {CheckpointError} `NOT_FOUND` without tokenizer.json, `BAD_TOKENIZER` where a file is not what it should be
   */
  static async from_pretrained(
    nameOrFolder: string,
    options: ResolveOptions = {},
  ): Promise<Kosmos2Tokenizer> {
    const folder = await resolveCheckpoint(nameOrFolder, options, 'processor')
    const files = await readTokenizerFiles(folder)
    let model: TokenizerModel
    try {
      model = createTokenizerModel(files.definition)
    } catch (cause) {
      throw new CheckpointError(
        'BAD_TOKENIZER',
        `${folder}: tokenizer.json cannot be used: ${(cause as Error).message}`,
        { cause },
      )
    }
    return new Kosmos2Tokenizer(model, files)
  }

  /** Where padding goes, `'left'` for generation in batches; with pictures, setting it here is the only way. */
  get padding_side(): Side {
    return this.#paddingSide
  }
  set padding_side(side: Side) {
    this.#paddingSide = checkSide('padding_side', side)
  }

  /** Where truncation cuts. */
  get truncation_side(): Side {
    return this.#truncationSide
  }
  set truncation_side(side: Side) {
    this.#truncationSide = checkSide('truncation_side', side)
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
    const plan = this.plan(options)
    const samples = checkTexts('text', text).map((one) => this.encodeRow(one, plan))
    const rows = plan.returns.overflow ? samples.flat() : samples.map(([first]) => first)
    const length = paddedLength(plan, longestOf(rows))
    const fields: BatchFields = {
      ...batchFields(
        rows.map((one) => pad(one, length, plan.paddingSide, this.pad_token_id)),
        plan,
      ),
      ...(plan.returns.overflow && {
        overflow_to_sample_mapping: samples.flatMap((pieces, sample) => pieces.map(() => sample)),
      }),
    }
    const output = plan.tensors ? toTensors(fields) : typeof text === 'string' ? unbatch(fields) : fields
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
    if (typeof tokens === 'string') return this.#model.tokenToId(tokens) ?? this.unk_token_id
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
    if (typeof ids === 'number' || typeof ids === 'bigint')
      return this.#model.idToToken(oneRow('ids', [ids])[0]!) ?? null
    const skip = flag('skip_special_tokens', options.skip_special_tokens, false)
    return oneRow('ids', ids)
      .filter((id) => !skip || !this.#specialIds.has(id))
      .map((id) => this.#model.idToToken(id) ?? null)
  }

  /** Every token with its id, added tokens included. */
  get_vocab(): Map<string, number> {
    return this.#model.vocabulary()
  }

  /** The tokens that were added to the vocabulary, the tags among them, each with its id. */
  get_added_vocab(): Map<string, number> {
    return new Map(this.#model.addedTokens().map(({ content, id }) => [content, id]))
  }

  /** What the options of `call` come to, checked as there; with `encodeRow` for a caller that changes rows before padding. */
  plan(options: EncodeOptions): EncodePlan {
    rejectUnknownOptions('tokenizer.call', options, ENCODE_OPTIONS)
    return planEncoding(options, this, this.#prefix.length + this.#suffix.length)
  }

  /** One text as its row, not padded, followed by the rows that truncation cut off. */
  encodeRow(text: string, plan: EncodePlan): [Row, ...Row[]] {
    const [prefix, suffix] = plan.addSpecialTokens ? [this.#prefix, this.#suffix] : [[], []]
    const room = (plan.truncateTo ?? Infinity) - prefix.length - suffix.length
    const pieces = cut(this.#model.encode(text), room, plan.stride, plan.truncationSide)
    return pieces.map((piece) => surround(row(piece), prefix, suffix)) as [Row, ...Row[]]
  }

  #decodeRow(ids: readonly number[], options: DecodeOptions): string {
    rejectUnknownOptions('decode', options, ['skip_special_tokens', 'clean_up_tokenization_spaces'])
    const { skip_special_tokens, clean_up_tokenization_spaces } = options
    return this.#model.decode(
      ids,
      flag('skip_special_tokens', skip_special_tokens, false),
      flag('clean_up_tokenization_spaces', clean_up_tokenization_spaces, this.#cleanUp),
    )
  }
}

function idOf(model: TokenizerModel, name: string, token: string): number {
  const id = model.tokenToId(token)
  if (id === undefined)
    throw new CheckpointError('BAD_TOKENIZER', `The ${name} ${token} is not in the vocabulary`)
  return id
}
