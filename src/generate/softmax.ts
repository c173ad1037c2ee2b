// Softmax over one row of scores, rounded as torch rounds it on float32.

/**
 * The logarithm of the softmax, in place of the scores.
 * Rounded to float32 step by step as torch.log_softmax does, but with the sum of exponentials in double precision:
 * torch's float32 sum depends on the width of the processor's vectors and is off by some 1e-5 at 65 000 scores, the
 * same for all scores of a row.
 * @param scores - logits [vocab_size]; -Infinity for tokens that are ruled out
 * @param result - where the logarithms go, as long as `scores`; may be `scores` itself
 * @throws {Error} if no score is finite or one is NaN
 */
export function logSoftmax(scores: Float32Array, result: Float32Array): void {
  const highest = maximum(scores)
  const logSum = Math.fround(Math.log(sumOfExponentials(scores, highest)))
  for (let i = 0; i < scores.length; i++) result[i] = Math.fround(scores[i]! - highest) - logSum
}

/** The largest score and the sum of exp(score - largest): what softmax divides by. @throws as `logSoftmax` */
export function softmaxDenominator(scores: Float32Array): { readonly highest: number; readonly sum: number } {
  const highest = maximum(scores)
  return { highest, sum: sumOfExponentials(scores, highest) }
}

/** The natural logarithm of one token's softmax. @throws as `logSoftmax` */
export function logLikelihood(scores: Float32Array, id: number): number {
  const { highest, sum } = softmaxDenominator(scores)
  return scores[id]! - highest - Math.log(sum)
}

function maximum(scores: Float32Array): number {
  let highest = -Infinity
  for (let i = 0; i < scores.length; i++) if (scores[i]! > highest) highest = scores[i]!
  return highest
}

function sumOfExponentials(scores: Float32Array, highest: number): number {
  let sum = 0
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i]!
    // Rows filtered by top_k are nearly all -Infinity.
    if (score !== -Infinity) sum += Math.exp(score - highest)
  }
  if (!(sum > 0 && sum < Infinity)) throw noTokenLeft()
  return sum
}

/** The error for a row of scores from which no token can be chosen. */
export function noTokenLeft(): Error {
  return new Error(
    'No next token can be chosen: every score is -Infinity or one is NaN. Either the logits processors rule out all ' +
      'tokens, or the model computes NaN (are its weights damaged?)',
  )
}
