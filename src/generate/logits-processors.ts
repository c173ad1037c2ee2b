// What changes the scores of the next token before it is chosen, as the processors and warpers of transformers'
// generation/logits_process.py do, one row at a time.
import type { ResolvedOptions } from './options.ts'
import { softmaxDenominator } from './softmax.ts'
import { topK } from './top-k.ts'

/**
 * Changes, in place, the scores of one row's next token. -Infinity rules a token out.
 * Greedy search and sampling give it the model's logits, beam search their log-softmax.
 * @param input_ids - the row so far, prompt included; padding of a left-padded prompt too
 * @param scores - float32 [vocab_size]
 */
export type LogitsProcessor = (input_ids: readonly number[], scores: Float32Array) => void

/**
 * All processors that options ask for, in transformers' order: penalties and bans, the caller's own, and at last, only
 * when sampling, temperature, top_k and top_p.
 * @param promptLength - tokens in the prompt, padding included
 */
export function createLogitsProcessors(options: ResolvedOptions, promptLength: number): LogitsProcessor[] {
  const { repetition_penalty, no_repeat_ngram_size, min_length, min_new_tokens, eos_token_id, sampling } =
    options
  const processors: LogitsProcessor[] = []
  if (repetition_penalty !== 1) processors.push(repetitionPenalty(repetition_penalty))
  if (no_repeat_ngram_size > 0) processors.push(noRepeatNgram(no_repeat_ngram_size))
  const least = Math.max(min_length, promptLength + min_new_tokens)
  if (least > promptLength) processors.push(noEndBefore(least, eos_token_id))
  processors.push(...options.logits_processor)
  if (sampling !== null) {
    // Beam search must be left with a way to go on even if every end token is among the candidates.
    const keep = options.num_beams > 1 ? Math.max(eos_token_id.length, 1) + 1 : 1
    if (sampling.temperature !== 1) processors.push(temperature(sampling.temperature))
    if (sampling.top_k > 0) processors.push(keepTopK(Math.max(sampling.top_k, keep)))
    if (sampling.top_p < 1) processors.push(keepTopP(sampling.top_p, keep))
  }
  return processors
}

/** Makes tokens of the row less likely: divides positive scores by the penalty, multiplies negative ones. */
export function repetitionPenalty(penalty: number): LogitsProcessor {
  const factor = Math.fround(penalty)
  return (input_ids, scores) => {
    for (const id of new Set(input_ids)) {
      if (id >= scores.length) continue
      const score = scores[id]!
      scores[id] = score < 0 ? score * factor : score / factor
    }
  }
}

/** Rules out every token that would complete a run of `size` tokens which the row already has. */
export function noRepeatNgram(size: number): LogitsProcessor {
  return (input_ids, scores) => {
    const suffix = input_ids.length - (size - 1)
    for (let start = 0; start < suffix; start++) {
      let same = 0
      while (same < size - 1 && input_ids[start + same] === input_ids[suffix + same]) same++
      const id = input_ids[start + size - 1]!
      if (same === size - 1 && id < scores.length) scores[id] = -Infinity
    }
  }
}

/** Rules out the end tokens until a row has `length` tokens, prompt included. */
export function noEndBefore(length: number, eos_token_id: readonly number[]): LogitsProcessor {
  return (input_ids, scores) => {
    if (input_ids.length < length) for (const id of eos_token_id) scores[id] = -Infinity
  }
}

/** Divides the scores: below 1 the likely become likelier, above 1 all become more alike. */
export function temperature(value: number): LogitsProcessor {
  const divisor = Math.fround(value)
  return (_, scores) => {
    for (let i = 0; i < scores.length; i++) scores[i] = scores[i]! / divisor
  }
}

/** Keeps the k largest scores, and those equal to the smallest of them. */
export function keepTopK(k: number): LogitsProcessor {
  return (_, scores) => {
    if (k >= scores.length) return
    const smallest = scores[topK(scores, k)[k - 1]!]!
    for (let i = 0; i < scores.length; i++) if (scores[i]! < smallest) scores[i] = -Infinity
  }
}

/**
 * Keeps the fewest of the likeliest tokens whose probabilities add up to `p`.
 * @param minimum - tokens to keep at least
 */
export function keepTopP(p: number, minimum: number): LogitsProcessor {
  return (_, scores) => {
    const { highest, sum } = softmaxDenominator(scores)
    // A token goes if it and all less likely ones hold at most 1 - p together. Those below (1 - p) / vocab_size do,
    // however many they are, so only the others need sorting.
    const removable = Math.fround(1 - p)
    const bound = highest + Math.log((removable / scores.length) * sum)
    let sorted = scores.filter((score) => score > bound).sort()
    if (sorted.length < minimum) sorted = scores.filter((score) => score > -Infinity).sort()
    const probabilities = Float64Array.from(sorted, (score) => Math.exp(score - highest) / sum)
    let mass = 1 - probabilities.reduce((total, probability) => total + probability, 0)
    let first = 0
    while (first < sorted.length - minimum) {
      mass += probabilities[first]!
      if (Math.fround(mass) > removable) break
      first++
    }
    const smallest = sorted[first]!
    // Of scores equal to the smallest one kept, those of lower index go first.
    let equalsToRemove = first - sorted.indexOf(smallest)
    for (let i = 0; i < scores.length; i++)
      if (scores[i]! < smallest || (scores[i] === smallest && equalsToRemove-- > 0)) scores[i] = -Infinity
  }
}
