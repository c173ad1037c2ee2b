// Holds one engine against another: each part by itself on the same numbers, and whole answers token for token.
import { invalidType, rejectUnknownOptions } from '../errors.ts'
import type { Kosmos2Config } from '../checkpoint/config.ts'
import type { Decodes } from '../generate/text-streamer.ts'
import type { Tensor } from '../tensor.ts'
import type { ConditionalGeneration } from './conditional-generation.ts'
import type { ModelInputs } from './inputs.ts'

/** What `verify` asks of a model; every model of this library has it. */
export type Verifiable = Pick<
  ConditionalGeneration,
  'config' | 'vision_model' | 'image_to_text_projection' | 'forward' | 'generate'
>

/** A prompt as the processor makes it, with its picture. */
export type VerifyPrompt = ModelInputs & { readonly pixel_values: Tensor }

export interface VerifyOptions {
  /** Shows differing tokens as text; without it they are shown by their ids. */
  readonly processor?: Decodes | undefined
  /** How far the answers are compared. @default 64 */
  readonly max_new_tokens?: number | undefined
  /** Called after each prompt. */
  readonly onProgress?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined
  readonly signal?: AbortSignal | undefined
}
const OPTIONS = ['processor', 'max_new_tokens', 'onProgress', 'signal']

/** How far the output of a part is from the original's, given the original's input. */
export interface PartDifference {
  /** The output that was compared. */
  readonly output: 'image_features' | 'image_embeds' | 'logits'
  /** The largest absolute difference over all prompts; Infinity where one of the two is no number. */
  readonly largest: number
  /** The largest absolute value of the original's output, to hold the difference against. */
  readonly magnitude: number
}

/** Where two answers part. */
export interface FirstDifference {
  /** Number of the new token, from 0. */
  readonly position: number
  /** The answer up to there. */
  readonly context: string
  /** The two tokens; undefined where that answer had ended. */
  readonly original: string | undefined
  readonly compiled: string | undefined
  /** By how much the original preferred its token to the second best: near 0, rounding decides. */
  readonly margin: number
}

/** One row of one prompt: its greedy answer by both. */
export interface AnswerComparison {
  /** Number of the prompt, and of the row in it. */
  readonly prompt: number
  readonly row: number
  /** Tokens of the original's answer, padding left out. */
  readonly tokens: number
  /** How many of them, from the first on, the compiled model wrote too. */
  readonly agreeing: number
  readonly firstDifference?: FirstDifference
}

export interface Verification {
  /** Whether every answer is the same, token for token. */
  readonly isEqual: boolean
  /** Share of the original's tokens that were written before an answer parts from it, 0..1. */
  readonly agreement: number
  readonly parts: {
    readonly vision: PartDifference
    readonly projection: PartDifference
    readonly text: PartDifference
  }
  readonly answers: readonly AnswerComparison[]
}

/**
 * Compares a compiled model with the original it was made from, or any two models of one configuration.
 * @param prompts - what `processor.call` gives for a text and a picture (a batch too), at least one
 * @throws {TypeError} for a prompt without picture, or no prompt
 * @throws {RangeError} for models whose inputs or outputs differ in shape
 */
export async function verify(
  original: Verifiable,
  compiled: Verifiable,
  prompts: readonly VerifyPrompt[],
  options: VerifyOptions = {},
): Promise<Verification> {
  rejectUnknownOptions('verify', options, OPTIONS)
  const isList: boolean = Array.isArray(prompts)
  if (!isList || prompts.length === 0)
    throw invalidType('prompts', "an array of the processor's outputs, one or more", prompts)
  expectOneConfiguration(original.config, compiled.config)
  const { processor, max_new_tokens = 64, onProgress, signal } = options
  const differences = { vision: startDifference(), projection: startDifference(), text: startDifference() }
  const answers: AnswerComparison[] = []
  for (const [number, prompt] of prompts.entries()) {
    signal?.throwIfAborted()
    await compareParts(original, compiled, prompt, differences)
    const pad_token_id = original.config.text_config.pad_token_id
    const settings = { ...prompt, max_new_tokens, do_sample: false, num_beams: 1, pad_token_id, signal }
    const whole = { ...settings, return_dict_in_generate: true, output_scores: true } as const
    const asked = await original.generate(whole)
    const answered = await compiled.generate(settings)
    const length = prompt.input_ids.dims[1]!
    const rows = { original: newTokens(asked.sequences, length, pad_token_id), scores: asked.scores }
    const compared = compareAnswers(rows, newTokens(answered, length, pad_token_id), processor)
    answers.push(...compared.map((answer) => ({ prompt: number, ...answer })))
    onProgress?.({ done: number + 1, total: prompts.length })
  }
  const sum = (value: (answer: AnswerComparison) => number) => answers.reduce((all, a) => all + value(a), 0)
  return {
    isEqual: answers.every(({ firstDifference }) => firstDifference === undefined),
    agreement: sum(({ agreeing }) => agreeing) / sum(({ tokens }) => tokens),
    parts: {
      vision: { output: 'image_features', ...differences.vision },
      projection: { output: 'image_embeds', ...differences.projection },
      text: { output: 'logits', ...differences.text },
    },
    answers,
  }
}

/** @throws {RangeError} naming the first size of an input or output that differs */
function expectOneConfiguration(original: Kosmos2Config, compiled: Kosmos2Config): void {
  const others = sizes(compiled)
  for (const [name, size] of sizes(original))
    if (others.get(name) !== size)
      throw new RangeError(
        `Expected two models of one configuration, but ${name} is ${size} and ${others.get(name)}`,
      )
}

const sizes = ({ vision_config, text_config, latent_query_num }: Kosmos2Config): Map<string, number> =>
  new Map([
    ['image_size', vision_config.image_size],
    ['patch_size', vision_config.patch_size],
    ['num_channels', vision_config.num_channels],
    ['hidden_size', vision_config.hidden_size],
    ['latent_query_num', latent_query_num],
    ['embed_dim', text_config.embed_dim],
    ['vocab_size', text_config.vocab_size],
  ])

interface Difference {
  largest: number
  magnitude: number
}
const startDifference = (): Difference => ({ largest: 0, magnitude: 0 })

/** Each part of the compiled model gets what the original's part before it gave, so that its own error is seen alone. */
async function compareParts(
  original: Verifiable,
  compiled: Verifiable,
  prompt: VerifyPrompt,
  differences: Readonly<Record<'vision' | 'projection' | 'text', Difference>>,
): Promise<void> {
  const { pixel_values, interpolate_pos_encoding, ...text } = prompt
  const options = { interpolate_pos_encoding }
  const { image_features } = await original.vision_model(pixel_values, options)
  const { image_embeds } = await original.image_to_text_projection(image_features)
  const { logits } = await original.forward({ ...text, image_embeds })
  const seen = await compiled.vision_model(pixel_values, options)
  widen(differences.vision, image_features, seen.image_features)
  widen(
    differences.projection,
    image_embeds,
    (await compiled.image_to_text_projection(image_features)).image_embeds,
  )
  widen(differences.text, logits, (await compiled.forward({ ...text, image_embeds })).logits)
}

function widen(difference: Difference, original: Tensor, compiled: Tensor): void {
  const [a, b] = [original.data as Float32Array, compiled.data as Float32Array]
  for (let i = 0; i < a.length; i++) {
    const distance = Math.abs(a[i]! - b[i]!)
    difference.largest = Math.max(difference.largest, Number.isNaN(distance) ? Infinity : distance)
    difference.magnitude = Math.max(difference.magnitude, Math.abs(a[i]!))
  }
}

function compareAnswers(
  { original, scores }: { original: readonly (readonly number[])[]; scores: readonly Tensor[] | undefined },
  compiled: readonly (readonly number[])[],
  processor: Decodes | undefined,
): Omit<AnswerComparison, 'prompt'>[] {
  const show = (ids: readonly number[]) =>
    processor === undefined ? ids.join(' ') : processor.decode(ids, { skip_special_tokens: false })
  const token = (id: number | undefined) => (id === undefined ? undefined : show([id]))
  return original.map((ids, row) => {
    const others = compiled[row]!
    const comparison = { row, tokens: ids.length }
    const position = firstDifference(ids, others)
    if (position === undefined) return { ...comparison, agreeing: ids.length }
    return {
      ...comparison,
      agreeing: position,
      firstDifference: {
        position,
        context: show(ids.slice(0, position)),
        original: token(ids[position]),
        compiled: token(others[position]),
        margin: margin(scores?.[position], row),
      },
    }
  })
}

/** The rows' new tokens, without the padding behind them. */
function newTokens(sequences: Tensor, promptLength: number, padding: number): number[][] {
  const [rows, length] = sequences.dims as [number, number]
  const ids = Array.from(sequences.data as BigInt64Array, Number)
  return Array.from({ length: rows }, (_, row) => {
    const fresh = ids.slice(row * length + promptLength, (row + 1) * length)
    return fresh.slice(0, fresh.findLastIndex((id) => id !== padding) + 1)
  })
}

function firstDifference(a: readonly number[], b: readonly number[]): number | undefined {
  for (let i = 0; i < Math.max(a.length, b.length); i++) if (a[i] !== b[i]) return i
  return undefined
}

/** The gap between the best and the second best score of a row [B, V]; NaN where there are no scores. */
function margin(scores: Tensor | undefined, row: number): number {
  if (scores === undefined) return NaN
  const vocabulary = scores.dims[1]!
  let [best, second] = [-Infinity, -Infinity]
  for (const score of (scores.data as Float32Array).subarray(row * vocabulary, (row + 1) * vocabulary)) {
    if (score > best) [best, second] = [score, best]
    else if (score > second) second = score
  }
  return best - second
}
