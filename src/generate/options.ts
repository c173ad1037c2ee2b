// The options of `generate`: Hugging Face's names and defaults (GenerationConfig in transformers 5.18), checked.
import type { GenerationConfig } from '../checkpoint/generation-config.ts'
import { invalidRange, invalidType, rejectUnknownOptions, show } from '../errors.ts'
import type { LogitsProcessor } from './logits-processors.ts'
import type { Streamer } from './streamer.ts'

/** Options of `generate`. What is left out comes from the checkpoint's generation_config.json,
 * then from the default given here. */
export interface GenerateOptions {
  /** Most tokens to generate, integer from 1. Excludes max_length. */
  max_new_tokens?: number | undefined
  /** Most tokens of prompt and continuation together, integer from 1. Without either limit: 20 new tokens. */
  max_length?: number | undefined
  /** No end token before this many new tokens, integer from 0. Excludes min_length. @default 0 */
  min_new_tokens?: number | undefined
  /** No end token before prompt and continuation have this many tokens, integer from 0. @default 0 */
  min_length?: number | undefined
  /** Beams of a beam search, integer from 1; 1 is no beam search. @default 1 */
  num_beams?: number | undefined
  /** With beams: log-probabilities are divided by length ** length_penalty; above 0 favours longer texts. @default 1 */
  length_penalty?: number | undefined
  /**
   * With beams: true stops at num_beams finished texts, false when a better one is unlikely, 'never' when there cannot
   * be a better one. @default false
   */
  early_stopping?: boolean | 'never' | undefined
  /** Continuations of each prompt, integer from 1: at most num_beams, or any number when sampling. @default 1 */
  num_return_sequences?: number | undefined
  /** Draw the next token by its probability, instead of taking the likeliest. @default false */
  do_sample?: boolean | undefined
  /** When sampling: above 0; scores are divided by it. @default 1 */
  temperature?: number | undefined
  /** When sampling: draw among the k likeliest tokens, integer from 0; 0 is all. @default 50 */
  top_k?: number | undefined
  /** When sampling: draw among the likeliest tokens that hold this much probability, 0 to 1. @default 1 */
  top_p?: number | undefined
  /** When sampling: integer from 0 to 2^53 - 1 that makes the draws repeatable. Left out, they differ each time. */
  seed?: number | undefined
  /** Above 0; tokens that the row has already get less likely above 1, likelier below. @default 1 */
  repetition_penalty?: number | undefined
  /** No run of this many tokens twice in a row, integer from 0; 0 is off. @default 0 */
  no_repeat_ngram_size?: number | undefined
  /** The tokens that end a row: an id, several ids, or null for none. */
  eos_token_id?: number | readonly number[] | null | undefined
  /** Fills up rows that end before others, and is masked in prompts. By default the first end token. */
  pad_token_id?: number | null | undefined
  /** What generation starts from when there is no prompt. */
  bos_token_id?: number | null | undefined
  /** Resolve to a GenerateOutput instead of a tensor. @default false */
  return_dict_in_generate?: boolean | undefined
  /** Keep the scores of every step in the GenerateOutput. @default false */
  output_scores?: boolean | undefined
  /** Own processors of scores: after penalties and bans, before temperature, top_k and top_p. */
  logits_processor?: readonly LogitsProcessor[] | undefined
  /** Receives the tokens as they come; one prompt, no beams. */
  streamer?: Streamer | undefined
  /** Stops the generation between two steps; its promise then rejects with signal.reason. */
  signal?: AbortSignal | undefined
}

/** How sampling draws. */
export interface Sampling {
  readonly temperature: number
  readonly top_k: number
  readonly top_p: number
  readonly seed: number | undefined
}

/** Options after all checks, each with a value. */
export interface ResolvedOptions {
  /** The limit on length: one of the two, or neither for the default. */
  readonly max_new_tokens: number | undefined
  readonly max_length: number | undefined
  readonly min_new_tokens: number
  readonly min_length: number
  readonly num_beams: number
  readonly length_penalty: number
  readonly early_stopping: boolean | 'never'
  readonly num_return_sequences: number
  /** null when do_sample is false. */
  readonly sampling: Sampling | null
  readonly repetition_penalty: number
  readonly no_repeat_ngram_size: number
  readonly eos_token_id: readonly number[]
  readonly pad_token_id: number | null
  readonly bos_token_id: number | null
  readonly return_dict_in_generate: boolean
  readonly output_scores: boolean
  readonly logits_processor: readonly LogitsProcessor[]
  readonly streamer: Streamer | undefined
  readonly signal: AbortSignal | undefined
}

// One check an option: gives the value back in its type, or throws.
const CHECKS = {
  max_new_tokens: integerFrom(1),
  max_length: integerFrom(1),
  min_new_tokens: integerFrom(0),
  min_length: integerFrom(0),
  num_beams: integerFrom(1),
  length_penalty: numberWhere('a finite number', () => true),
  early_stopping: (name: string, value: unknown): boolean | 'never' =>
    value === 'never' ? value : boolean(name, value, "true, false or 'never'"),
  num_return_sequences: integerFrom(1),
  do_sample: boolean,
  temperature: numberWhere('a number above 0', (value) => value > 0),
  top_k: integerFrom(0),
  top_p: numberWhere('a number from 0 to 1', (value) => value >= 0 && value <= 1),
  seed: integerFrom(0),
  repetition_penalty: numberWhere('a number above 0', (value) => value > 0),
  no_repeat_ngram_size: integerFrom(0),
  eos_token_id: tokenIds,
  pad_token_id: tokenIdOrNull,
  bos_token_id: tokenIdOrNull,
  return_dict_in_generate: boolean,
  output_scores: boolean,
  logits_processor: processors,
  streamer,
  signal,
} satisfies Record<keyof GenerateOptions, (name: string, value: unknown) => unknown>

type Checked = { [Name in keyof typeof CHECKS]?: ReturnType<(typeof CHECKS)[Name]> }

const DEFAULTS = {
  min_new_tokens: 0,
  min_length: 0,
  num_beams: 1,
  length_penalty: 1,
  early_stopping: false,
  num_return_sequences: 1,
  do_sample: false,
  temperature: 1,
  top_k: 50,
  top_p: 1,
  repetition_penalty: 1,
  no_repeat_ngram_size: 0,
  return_dict_in_generate: false,
  output_scores: false,
} as const satisfies Checked

/**
 * Checks the options of a call and completes them.
 * @param user - what the caller gave; undefined counts as not given. It must fit together: an option that could have no
 * effect is an error here, where transformers warns.
 * @param defaults - the checkpoint's own settings. Those for sampling or beams rest when the call does neither, and its
 * limits on length give way to the caller's, in tokens of one kind or the other.
 * @throws {TypeError} for an unknown option, a value of the wrong type, or options that contradict each other
 * @throws {RangeError} for a value out of range
 */
export function resolveOptions(user: GenerateOptions, defaults: GenerationConfig = {}): ResolvedOptions {
  rejectUnknownOptions('generate', user, Object.keys(CHECKS))
  const given = check(user)
  const chosen = { ...DEFAULTS, ...check(defaults), ...given }
  const { temperature, top_k, top_p, seed, do_sample, ...rest } = chosen
  const ownMost = given.max_new_tokens !== undefined || given.max_length !== undefined
  const ownLeast = given.min_new_tokens !== undefined || given.min_length !== undefined
  const most = ownMost ? given : chosen
  const least = ownLeast ? { ...DEFAULTS, ...given } : chosen
  const eos_token_id = chosen.eos_token_id ?? []
  const resolved: ResolvedOptions = {
    ...rest,
    max_new_tokens: most.max_new_tokens,
    max_length: most.max_length,
    min_new_tokens: least.min_new_tokens,
    min_length: least.min_length,
    sampling: do_sample ? { temperature, top_k, top_p, seed } : null,
    eos_token_id,
    pad_token_id: chosen.pad_token_id ?? eos_token_id[0] ?? null,
    bos_token_id: chosen.bos_token_id ?? null,
    logits_processor: chosen.logits_processor ?? [],
    streamer: chosen.streamer,
    signal: chosen.signal,
  }
  rejectContradictions(given, resolved)
  return resolved
}

function check(options: { readonly [Name in keyof GenerateOptions]: unknown }): Checked {
  const checked: Record<string, unknown> = {}
  for (const name of Object.keys(CHECKS) as (keyof GenerateOptions)[])
    if (options[name] !== undefined) checked[name] = CHECKS[name](name, options[name])
  return checked
}

function rejectContradictions(given: Checked, options: ResolvedOptions): void {
  const { num_beams, num_return_sequences, sampling, max_new_tokens, min_new_tokens } = options
  if (given.max_new_tokens !== undefined && given.max_length !== undefined)
    throw new TypeError(
      'Expected max_new_tokens or max_length, but both came; max_new_tokens leaves the prompt out',
    )
  if (given.min_new_tokens !== undefined && given.min_length !== undefined)
    throw new TypeError(
      'Expected min_new_tokens or min_length, but both came; min_new_tokens leaves the prompt out',
    )
  if (max_new_tokens !== undefined && min_new_tokens > max_new_tokens)
    throw invalidRange('min_new_tokens', `at most max_new_tokens, ${max_new_tokens}`, min_new_tokens)
  if (sampling === null)
    rejectUseless(given, ['temperature', 'top_k', 'top_p', 'seed'], 'only acts with do_sample: true')
  if (num_beams === 1)
    rejectUseless(given, ['length_penalty', 'early_stopping'], 'only acts with num_beams of at least 2')
  if (!options.return_dict_in_generate)
    rejectUseless(
      given,
      ['output_scores'],
      'needs return_dict_in_generate: true, for a tensor has no place for scores',
    )
  if (num_beams > 1 && num_return_sequences > num_beams)
    throw invalidRange('num_return_sequences', `at most num_beams, ${num_beams}`, num_return_sequences)
  if (num_beams === 1 && sampling === null && num_return_sequences > 1)
    throw invalidRange(
      'num_return_sequences',
      '1, as greedy search finds one continuation; set num_beams or do_sample for more',
      num_return_sequences,
    )
  if (options.streamer !== undefined && (num_beams > 1 || num_return_sequences > 1))
    throw new TypeError(
      'A streamer needs a single sequence: num_beams and num_return_sequences must be 1, for the tokens of several ' +
        'come at once and beams may still be dropped',
    )
}

function rejectUseless(given: Checked, names: readonly (keyof Checked)[], reason: string): void {
  const neutral: Checked = DEFAULTS
  for (const name of names)
    if (given[name] !== undefined && given[name] !== neutral[name])
      throw new TypeError(`Option ${name} (${show(given[name])}) ${reason}`)
}

function integerFrom(least: number) {
  return (name: string, value: unknown): number => {
    if (typeof value !== 'number') throw invalidType(name, `an integer from ${least}`, value)
    if (!Number.isSafeInteger(value) || value < least)
      throw invalidRange(name, `integer from ${least}`, value)
    return value
  }
}

function numberWhere(expected: string, holds: (value: number) => boolean) {
  return (name: string, value: unknown): number => {
    if (typeof value !== 'number') throw invalidType(name, expected, value)
    if (!Number.isFinite(value) || !holds(value)) throw invalidRange(name, expected, value)
    return value
  }
}

function boolean(name: string, value: unknown, expected = 'true or false'): boolean {
  if (typeof value !== 'boolean') throw invalidType(name, expected, value)
  return value
}

function tokenIdOrNull(name: string, value: unknown): number | null {
  return value === null ? null : integerFrom(0)(name, value)
}

function tokenIds(name: string, value: unknown): readonly number[] {
  if (value === null) return []
  if (!Array.isArray(value)) return [integerFrom(0)(name, value)]
  if (value.length === 0) throw invalidRange(name, 'a token id, several, or null for none', value)
  return [...new Set(value.map((id: unknown, i) => integerFrom(0)(`${name}[${i}]`, id)))]
}

function processors(name: string, value: unknown): readonly LogitsProcessor[] {
  if (!Array.isArray(value) || !value.every((processor) => typeof processor === 'function'))
    throw invalidType(name, 'an array of functions (input_ids, scores) => void', value)
  return value as LogitsProcessor[]
}

function streamer(name: string, value: unknown): Streamer {
  if (!hasMethods(value, ['put', 'end'])) throw invalidType(name, 'an object with put(ids) and end()', value)
  return value as Streamer
}

// By its parts, not by instanceof: a signal of another realm, or of a polyfill, is as good.
function signal(name: string, value: unknown): AbortSignal {
  if (!hasMethods(value, ['throwIfAborted'])) throw invalidType(name, 'an AbortSignal', value)
  return value as AbortSignal
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function')
  )
}
