// How likely a generated row held its tokens to be.
import type { GenerateOutput } from './generate.ts'
import { logLikelihood } from './softmax.ts'
import { rowScores } from './row-scores.ts'

/**
 * The natural logarithm of each new token's likelihood among those that could be written, the end of the text included.
 * @param output - of `generate` with `return_dict_in_generate` and `output_scores`
 * @param ends - the tokens that end a row; what follows the first of them is padding
 */
export function tokenLikelihoods(output: GenerateOutput, row: number, ends: readonly number[]): number[] {
  const { ids, promptLength, scoresAt } = rowScores(output, row)
  const written = ids.slice(promptLength)
  const end = written.findIndex((id) => ends.includes(id))
  return written
    .slice(0, end === -1 ? written.length : end + 1)
    .map((id, step) => logLikelihood(scoresAt(step), id))
}
