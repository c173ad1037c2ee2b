// A generated row with the scores that its own tokens were chosen by.
import { invalidRange, invalidType } from '../errors.ts'
import { manyRows } from '../text/token-ids.ts'
import type { GenerateOutput } from './generate.ts'

export interface RowScores {
  /** Prompt and continuation, with padding behind its end. */
  readonly ids: readonly number[]
  readonly promptLength: number
  /** The scores [vocab_size] that new token number `step` was chosen by, from 0: with beams those of the beam that it continued. */
  readonly scoresAt: (step: number) => Float32Array
}

/**
 * @param output - of `generate` with `return_dict_in_generate` and `output_scores`
 * @throws {TypeError} for an output without scores
 * @throws {RangeError} for a row that is not there
 */
export function rowScores({ sequences, scores, beam_indices }: GenerateOutput, row: number): RowScores {
  if (scores === undefined)
    throw invalidType(
      'output',
      'what generate gives with return_dict_in_generate: true and output_scores: true',
      { sequences, scores },
    )
  const rows = manyRows('output.sequences', sequences)
  if (!Number.isInteger(row) || row < 0 || row >= rows.length)
    throw invalidRange('row', `integer from 0 to ${rows.length - 1}`, row)
  const ids = rows[row]!
  const beams = beam_indices && manyRows('output.beam_indices', beam_indices)[row]!
  return {
    ids,
    promptLength: ids.length - (beams ?? scores).length,
    scoresAt(step) {
      const { data, dims } = scores[step]!
      const [from, width] = [(beams?.[step] ?? row) * dims[1]!, dims[1]!]
      return (data as Float32Array).subarray(from, from + width)
    },
  }
}
