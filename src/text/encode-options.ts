// The options of encoding, checked, and what follows from them: whether and how rows are cut and padded.
// Source: transformers tokenization_utils_base.py.
import { invalidRange, invalidType } from '../errors.ts'
import { warnOnce } from './warn-once.ts'

/** The start of a row or its end. */
export type Side = 'left' | 'right'

/** The options of `Kosmos2Tokenizer.call`, with the names and defaults of transformers; null counts as not given. */
export interface EncodeOptions {
  /** Whether `<s>` and `</s>` go around each text; default true. */
  readonly add_special_tokens?: boolean
  /**
   * `true` or `'longest'`: to the longest row; `'max_length'`: to `max_length`; `false` or `'do_not_pad'`, the
   * default: not at all. Without `max_length`, `'max_length'` pads only where the tokenizer has a largest length.
   */
  readonly padding?: boolean | 'longest' | 'max_length' | 'do_not_pad' | null
  /** Where padding goes; default the tokenizer's `padding_side`. */
  readonly padding_side?: Side | null
  /** Rounds the length that rows are padded to up to a multiple; an integer from 1, and only where rows are padded. */
  readonly pad_to_multiple_of?: number | null
  /** Whether rows are cut to `max_length`, on the tokenizer's `truncation_side`; `max_length` without `padding` turns it on. */
  readonly truncation?: boolean | 'longest_first' | 'only_first' | 'do_not_truncate' | null
  /** In tokens, special tokens included; an integer that leaves room for these. */
  readonly max_length?: number | null
  /** How many tokens a row repeats of the one before it in `return_overflowing_tokens`; default 0. */
  readonly stride?: number
  /** Whether what truncation cuts off comes as further rows, with `overflow_to_sample_mapping`; default false. */
  readonly return_overflowing_tokens?: boolean
  /** Whether `attention_mask` is given; default true. */
  readonly return_attention_mask?: boolean | null
  /** Whether `token_type_ids` are given, all of them 0; default false. */
  readonly return_token_type_ids?: boolean | null
  /** Whether `special_tokens_mask` is given, 1 for the special tokens that were added; default false. */
  readonly return_special_tokens_mask?: boolean
  /** Whether the `length` of each row is given; default false. */
  readonly return_length?: boolean
  /** Whether warnings are emitted; default true. */
  readonly verbose?: boolean
  /**
   * `'pt'` or `'np'`: `Tensor`s, whose one class stands for both; null: nested arrays. Default null for the tokenizer,
   * tensors for the processor.
   */
  readonly return_tensors?: 'pt' | 'np' | null
}

/** The names of all encode options, for messages. */
export const ENCODE_OPTIONS = [
  'add_special_tokens',
  'padding',
  'padding_side',
  'pad_to_multiple_of',
  'truncation',
  'max_length',
  'stride',
  'return_overflowing_tokens',
  'return_attention_mask',
  'return_token_type_ids',
  'return_special_tokens_mask',
  'return_length',
  'verbose',
  'return_tensors',
] as const satisfies readonly (keyof EncodeOptions)[]

/** What the options come to. */
export interface EncodePlan {
  readonly addSpecialTokens: boolean
  readonly padding: 'longest' | 'max_length' | 'do_not_pad'
  readonly paddingSide: Side
  readonly padToMultipleOf: number
  /** The largest row, special tokens included, or undefined where rows are not cut. */
  readonly truncateTo: number | undefined
  readonly truncationSide: Side
  readonly stride: number
  /** What 'max_length' pads to. */
  readonly maxLength: number | undefined
  readonly returns: {
    readonly attentionMask: boolean
    readonly tokenTypeIds: boolean
    readonly specialTokensMask: boolean
    readonly length: boolean
    readonly overflow: boolean
  }
  readonly tensors: boolean
}

/** What the tokenizer brings to a plan. */
export interface EncodeDefaults {
  readonly padding_side: Side
  readonly truncation_side: Side
  readonly model_max_length: number
}

/** Far beyond any model: a longer padding is a mistake, and would only take memory. */
const LONGEST_PADDING = 1_048_576

/** From here on a `model_max_length` stands for none. */
const NO_LIMIT = 1e20

/**
 * Checks the options and draws the conclusions.
 * @param specialTokens - how many special tokens go around a text
 * @throws {TypeError} for an option of the wrong kind
 * @throws {RangeError} for a length that leaves no room, or contradicts another option
 */
export function planEncoding(
  options: EncodeOptions,
  defaults: EncodeDefaults,
  specialTokens: number,
): EncodePlan {
  const addSpecialTokens = flag('add_special_tokens', options.add_special_tokens, true)
  const { model_max_length } = defaults
  const limit = model_max_length < NO_LIMIT ? model_max_length : undefined
  const given = wholeNumber('max_length', options.max_length, addSpecialTokens ? specialTokens : 0)
  const maxLength = given ?? limit
  let padding = paddingStrategy(options.padding)
  if (padding === 'max_length' && maxLength === undefined) padding = 'do_not_pad'
  const unpadded = options.padding === undefined || options.padding === null || options.padding === false
  const truncates = truncation(options.truncation) ?? (given !== undefined && unpadded)
  if (options.padding === true && given !== undefined && !truncates && options.verbose !== false)
    warnOnce(
      'KOSMOS2_MAX_LENGTH_IGNORED',
      "max_length is ignored with padding: true and without truncation; padding: 'max_length' pads to it",
    )
  const truncateTo = truncates ? maxLength : undefined
  const padToMultipleOf = wholeNumber('pad_to_multiple_of', options.pad_to_multiple_of, 1) ?? 1
  if (truncateTo !== undefined && padding !== 'do_not_pad' && truncateTo % padToMultipleOf !== 0)
    throw invalidRange('max_length', `a multiple of pad_to_multiple_of (${padToMultipleOf})`, truncateTo)
  const stride = wholeNumber('stride', options.stride, 0) ?? 0
  const room = (truncateTo ?? Infinity) - (addSpecialTokens ? specialTokens : 0)
  if (stride > 0 && stride >= room)
    throw invalidRange('stride', `an integer below ${room}, the places that max_length leaves`, stride)
  return {
    addSpecialTokens,
    padding,
    paddingSide: checkSide('padding_side', options.padding_side ?? defaults.padding_side),
    padToMultipleOf,
    truncateTo,
    truncationSide: defaults.truncation_side,
    stride,
    maxLength,
    returns: {
      attentionMask: flag('return_attention_mask', options.return_attention_mask, true),
      tokenTypeIds: flag('return_token_type_ids', options.return_token_type_ids, false),
      specialTokensMask: flag('return_special_tokens_mask', options.return_special_tokens_mask, false),
      length: flag('return_length', options.return_length, false),
      overflow: flag('return_overflowing_tokens', options.return_overflowing_tokens, false),
    },
    tensors: wantsTensors(options.return_tensors, false),
  }
}

/** The length that `longest`, the longest row, asks all rows to be padded to; 0 where they are left as they are. */
export function paddedLength(plan: EncodePlan, longest: number): number {
  if (plan.padding === 'do_not_pad') return 0
  const asked = plan.padding === 'longest' ? longest : (plan.maxLength ?? 0)
  const length = Math.ceil(asked / plan.padToMultipleOf) * plan.padToMultipleOf
  if (length > Math.max(longest, LONGEST_PADDING))
    throw new RangeError(
      `Expected a length of at most ${LONGEST_PADDING} to pad to, but max_length or pad_to_multiple_of ask for ${length}`,
    )
  return length
}

function paddingStrategy(padding: EncodeOptions['padding']): EncodePlan['padding'] {
  switch (padding) {
    case undefined:
    case null:
    case false:
      return 'do_not_pad'
    case true:
      return 'longest'
    case 'longest':
    case 'max_length':
    case 'do_not_pad':
      return padding
    default:
      throw invalidType('padding', "true, false, 'longest', 'max_length' or 'do_not_pad'", padding)
  }
}

function truncation(truncation: EncodeOptions['truncation']): boolean | undefined {
  switch (truncation) {
    case undefined:
    case null:
      return undefined
    // There is one text a row, so the first is the longest.
    case true:
    case 'longest_first':
    case 'only_first':
      return true
    case false:
    case 'do_not_truncate':
      return false
    default:
      throw invalidType(
        'truncation',
        "true, false, 'longest_first', 'only_first' or 'do_not_truncate'",
        truncation,
      )
  }
}

/** A boolean option. @throws {TypeError} for anything else */
export function flag(name: string, value: unknown, fallback: boolean): boolean {
  if (value === undefined || value === null) return fallback
  if (typeof value !== 'boolean') throw invalidType(name, 'true or false', value)
  return value
}

/** An option that is an integer from `least` to `most`, or undefined where it is not given. @throws {RangeError} for another number */
export function wholeNumber(
  name: string,
  value: unknown,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number | undefined {
  if (value === undefined || value === null) return undefined
  const expected =
    most < Number.MAX_SAFE_INTEGER ? `an integer from ${least} to ${most}` : `an integer from ${least}`
  if (typeof value !== 'number') throw invalidType(name, expected, value)
  if (!Number.isInteger(value) || value < least || value > most) throw invalidRange(name, expected, value)
  return value
}

/** Whether `return_tensors` asks for tensors. @param fallback - what not giving it means; null always means no */
export function wantsTensors(value: unknown, fallback: boolean): boolean {
  if (value === undefined) return fallback
  if (value === null) return false
  if (value !== 'pt' && value !== 'np') throw invalidType('return_tensors', "'pt', 'np' or null", value)
  return true
}

/** Left or right. @throws {TypeError} for anything else */
export function checkSide(name: string, value: unknown): Side {
  if (value !== 'left' && value !== 'right') throw invalidType(name, "'left' or 'right'", value)
  return value
}
