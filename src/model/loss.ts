// How surprising a text is to the model: the loss of transformers' ForCausalLMLoss (loss/loss_utils.py).
import { invalidRange } from '../errors.ts'
import { logLikelihood } from '../generate/softmax.ts'
import { expectFloat32, expectInt64, type Tensor } from '../tensor.ts'

/** Labels that count for nothing, as torch's cross entropy has it. */
const IGNORED = -100n

/**
 * The mean cross entropy of each token given those before it.
 * @param logits - float32 [B, S, vocab_size]
 * @param labels - int64 [B, S]: the tokens themselves, or -100 where nothing counts; each is held against the scores of the
 *   position before it, so the first of a row counts for nothing
 * @returns NaN where no label counts, as there
 * @throws {TypeError | RangeError} for labels of another shape, or outside the vocabulary
 */
export function causalLoss(logits: Tensor, labels: unknown): number {
  const scores = expectFloat32('logits', logits, ['B', 'S', 'vocab_size'])
  const [batch, length, vocabulary] = scores.dims as [number, number, number]
  const { data } = expectInt64('labels', labels, [batch, length])
  let [sum, count] = [0, 0]
  for (let row = 0; row < batch; row++)
    for (let place = 1; place < length; place++) {
      const label = data[row * length + place]!
      if (label === IGNORED) continue
      if (label < 0n || label >= BigInt(vocabulary))
        throw invalidRange('labels', `ids from 0 to ${vocabulary - 1}, or -100 for none`, label)
      const from = (row * length + place - 1) * vocabulary
      sum -= logLikelihood(scores.data.subarray(from, from + vocabulary), Number(label))
      count++
    }
  return sum / count
}
