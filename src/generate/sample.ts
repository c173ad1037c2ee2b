// Greedy search and sampling: one token a row and step, until every row has ended.
import { createGumbelNoise } from './gumbel-noise.ts'
import { createLogitsProcessors } from './logits-processors.ts'
import type { ResolvedOptions } from './options.ts'
import type { Prompt } from './prompt.ts'
import type { Stepper } from './stepper.ts'
import { argmax } from './top-k.ts'

/** What a search found. */
export interface Found {
  /** Token ids, prompt included, one row a returned sequence. */
  readonly rows: readonly (readonly number[])[]
  /** With output_scores: for every step the processed scores, one [vocab_size] a row that was searched. */
  readonly scores: readonly (readonly Float32Array[])[]
}

/**
 * Continues each prompt by the likeliest token, or by drawn ones, as GenerationMixin._sample in transformers'
 * generation/utils.py. Rows that have ended go on as padding until the last one ends.
 * @param maxLength - tokens of prompt and continuation together
 */
export async function sample(
  stepper: Stepper,
  prompt: Prompt,
  options: ResolvedOptions,
  maxLength: number,
): Promise<Found> {
  const { eos_token_id, pad_token_id, sampling, streamer, num_return_sequences: copies } = options
  const processors = createLogitsProcessors(options, prompt.length)
  const rows = prompt.rows.flatMap((ids) => Array.from({ length: copies }, () => [...ids]))
  const choose = rows.map((_, row) => (sampling === null ? argmax : drawWith(sampling.seed, row)))
  const ended = rows.map(() => false)
  const scores: Float32Array[][] = []
  // The prompt ran once for all copies of it, so the first rows of logits belong to several of ours.
  let parents: number[] | undefined =
    copies === 1 ? undefined : rows.map((_, row) => Math.floor(row / copies))
  let logits = await stepper.prefill()
  for (;;) {
    const stepScores = rows.map((ids, row) => {
      const own = logits[parents?.[row] ?? row]!
      if (processors.length === 0 && !options.output_scores) return own
      const changed = own.slice()
      for (const process of processors) process(ids, changed)
      return changed
    })
    if (options.output_scores) scores.push(stepScores)
    // A row ends only by an end token, and without pad_token_id the first of those is the padding.
    const tokens = stepScores.map((of, row) => (ended[row] ? pad_token_id! : choose[row]!(of)))
    tokens.forEach((token, row) => {
      rows[row]!.push(token)
      ended[row] ||= eos_token_id.includes(token)
    })
    await streamer?.put(tokens)
    if (rows[0]!.length >= maxLength || ended.every(Boolean)) return { rows, scores }
    logits = await stepper.step(tokens, parents)
    parents = undefined
  }
}

/** Draws tokens of a row by the softmax of its scores. */
function drawWith(seed: number | undefined, row: number): (scores: Float32Array) => number {
  const addNoise = createGumbelNoise(seed, row)
  return (scores) => argmax(addNoise(scores))
}
