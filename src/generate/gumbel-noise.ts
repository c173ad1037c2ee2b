// Draws as a race: with Gumbel noise added to the scores, the largest is a draw by their softmax, and the k largest are
// k draws without replacement (Kool, van Hoof and Welling, "Stochastic Beams and Where to Find Them", 2019, section 2).
import { createHashes } from './random.ts'

/**
 * Makes a function that adds noise to a row of scores [vocab_size], anew at each call; -Infinity stays.
 *
 * The noise of a place depends on the seed, the number of the row, the call and the place alone. Where other tokens are
 * ruled out the winner stays the winner: with `top_k: 0`, `top_p: 1` and one beam a constraint changes a drawn text no
 * sooner than at the first token that it forbids.
 * @param seed - integer from 0 to 2^53 - 1; left out, the noise differs each time
 * @param row - integer from 0: the rows of a batch have noise of their own
 */
export function createGumbelNoise(seed?: number, row = 0): (scores: Float32Array) => Float32Array {
  const nextHash = createHashes(seed, row)
  return (scores) => {
    const uniform = nextHash()
    return scores.map((score, token) =>
      score === -Infinity ? score : score - Math.log(-Math.log(uniform(token))),
    )
  }
}
