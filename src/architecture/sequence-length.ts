// How long a sequence may be. The positions are computed, so no length is impossible, and the reference sets no limit;
// but attention takes memory with the square of the length, so an absurd one is refused before any is taken.
import { invalidRange } from '../errors.ts'

/** Refused above this many times max_position_embeddings: for KOSMOS-2 8 192 positions, 8 GiB of attention scores. */
const LIMIT_FACTOR = 4

let warned = false

/**
 * @param length - positions of prompt and continuation together
 * @throws {RangeError} for more than an engine takes
 */
export function boundSequenceLength(length: number, max_position_embeddings: number): void {
  const longest = LIMIT_FACTOR * max_position_embeddings
  if (length > longest)
    throw invalidRange(
      'the length of the sequence',
      `at most ${longest} tokens (${LIMIT_FACTOR} x max_position_embeddings); shorten the prompt or max_new_tokens`,
      length,
    )
}

/**
 * As `boundSequenceLength`, and warns, once in a process, beyond what the model was trained on, where the reference goes
 * on silently.
 */
export function checkSequenceLength(length: number, max_position_embeddings: number): void {
  boundSequenceLength(length, max_position_embeddings)
  if (length <= max_position_embeddings || warned) return
  warned = true
  process.emitWarning(
    `A sequence of ${length} tokens is longer than the ${max_position_embeddings} that the model was trained on ` +
      `(max_position_embeddings); its answer may be poor`,
    { code: 'KOSMOS2_LONG_SEQUENCE' },
  )
}
