// Text generation, written once for every engine: from checked inputs and options to token ids.
import { boundSequenceLength } from '../architecture/sequence-length.ts'
import { invalidRange } from '../errors.ts'
import { float32, int64, type Tensor } from '../tensor.ts'
import { beamSearch, type FoundBeams } from './beam-search.ts'
import type { ResolvedOptions } from './options.ts'
import { readPrompt, type GenerateInputs, type GenerationModelConfig } from './prompt.ts'
import { sample, type Found } from './sample.ts'
import { createStepper, type GenerationDecoder } from './stepper.ts'

/** What `generate` resolves to with return_dict_in_generate; R = B * num_return_sequences. */
export interface GenerateOutput {
  /** int64 [R, prompt + new], shorter rows padded right with pad_token_id. */
  readonly sequences: Tensor
  /**
   * With output_scores: for each step the scores after all processors, float32 [R, vocab_size]; with beams their
   * log-probabilities, [B * num_beams, vocab_size].
   */
  readonly scores?: readonly Tensor[]
  /** With beams and output_scores: the final score of each row, float32 [R]. */
  readonly sequences_scores?: Tensor
  /** With beams: for each new token the beam that it continued, row of the step's scores; int64 [R, new], -1 for padding. */
  readonly beam_indices?: Tensor
}

/** New tokens when no option limits them, as in transformers. */
const DEFAULT_NEW_TOKENS = 20

/**
 * Continues each prompt of a batch, as GenerationMixin.generate in transformers' generation/utils.py.
 * @param openDecoder - opens a decoder with an empty cache; it is disposed of in any case
 * @returns int64 [B * num_return_sequences, prompt + new], prompt included, shorter rows padded right with pad_token_id;
 * or a GenerateOutput with return_dict_in_generate
 * @throws {TypeError} for inputs of a wrong type or shape
 * @throws {RangeError} for inputs or token options out of range, or a prompt that leaves no room below max_length
 * @throws signal.reason once the signal is aborted; the streamer keeps what came
 */
export async function generate(
  openDecoder: () => Promise<GenerationDecoder>,
  inputs: GenerateInputs,
  options: ResolvedOptions,
  config: GenerationModelConfig,
): Promise<Tensor | GenerateOutput> {
  const { signal, streamer } = options
  checkAgainstVocabulary(options, config)
  const prompt = readPrompt(inputs, options)
  if (streamer !== undefined && prompt.rows.length > 1)
    throw invalidRange('input_ids', 'one row when there is a streamer', [prompt.rows.length, prompt.length])
  const maxLength = longest(prompt.length, options, config)
  signal?.throwIfAborted()
  const decoder = await openDecoder()
  try {
    const stepper = createStepper(decoder, prompt, config.pad_token_id, signal)
    if (options.num_beams > 1) return toOutput(await beamSearch(stepper, prompt, options, maxLength), options)
    try {
      await streamer?.put(prompt.rows[0]!)
      return toOutput(await sample(stepper, prompt, options, maxLength), options)
    } finally {
      await streamer?.end()
    }
  } finally {
    await decoder.dispose()
  }
}

function checkAgainstVocabulary(options: ResolvedOptions, { vocab_size }: GenerationModelConfig): void {
  const ids = { bos_token_id: options.bos_token_id, pad_token_id: options.pad_token_id }
  for (const [name, id] of [
    ...Object.entries(ids),
    ...options.eos_token_id.map((eos) => ['eos_token_id', eos] as const),
  ])
    if (id !== null && id >= vocab_size) throw invalidRange(name, `token id from 0 to ${vocab_size - 1}`, id)
  // The first step has no more different beams to offer.
  if (options.num_beams > vocab_size)
    throw invalidRange('num_beams', `at most vocab_size, ${vocab_size}`, options.num_beams)
}

/** The most tokens of prompt and continuation together. */
function longest(
  promptLength: number,
  options: ResolvedOptions,
  { max_position_embeddings }: GenerationModelConfig,
): number {
  const { max_new_tokens, max_length, min_new_tokens, min_length } = options
  const most =
    max_new_tokens !== undefined
      ? promptLength + max_new_tokens
      : (max_length ?? Math.min(promptLength + DEFAULT_NEW_TOKENS, max_position_embeddings))
  boundSequenceLength(most, max_position_embeddings)
  if (promptLength >= most)
    throw invalidRange(
      'max_length',
      `more than the prompt's ${promptLength} tokens (or set max_new_tokens, which leaves the prompt out)`,
      most,
    )
  const least = Math.max(min_length, promptLength + min_new_tokens)
  if (least > most)
    throw invalidRange(
      min_length === least ? 'min_length' : 'min_new_tokens with the prompt',
      `at most the longest allowed, ${most} tokens`,
      least,
    )
  return most
}

function toOutput(found: Found | FoundBeams, options: ResolvedOptions): Tensor | GenerateOutput {
  const sequences = toTensor(found.rows, options.pad_token_id)
  if (!options.return_dict_in_generate) return sequences
  const { output_scores } = options
  return {
    sequences,
    ...(output_scores && { scores: found.scores.map(stack) }),
    ...('beam_indices' in found && {
      ...(output_scores && { sequences_scores: float32(found.sequences_scores, [found.rows.length]) }),
      beam_indices: toTensor(found.beam_indices, -1),
    }),
  }
}

/** @param fill - for shorter rows; rows that never end are equally long, so without end tokens none is needed */
function toTensor(rows: readonly (readonly number[])[], fill: number | null): Tensor {
  const width = Math.max(...rows.map((row) => row.length))
  const data = new BigInt64Array(rows.length * width)
  rows.forEach((row, i) => {
    for (let j = 0; j < width; j++) data[i * width + j] = BigInt(row[j] ?? fill!)
  })
  return int64(data, [rows.length, width])
}

function stack(rows: readonly Float32Array[]): Tensor {
  const width = rows[0]!.length
  const data = new Float32Array(rows.length * width)
  rows.forEach((row, i) => {
    data.set(row, i * width)
  })
  return float32(data, [rows.length, width])
}
