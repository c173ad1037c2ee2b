// What each new position may see, as numbers to add to the attention scores. Mirrors _make_causal_mask and
// _expand_mask in transformers' modeling_kosmos2.py.

/**
 * The bias [B, 1, S, T] for S new positions after T - S earlier ones: 0 where a position may look, `blocked` where
 * the padding mask forbids it or the position lies ahead, and the sum of both where both do, as in the reference. So
 * a row of padding that may look nowhere still has finite scores, and its softmax is no NaN.
 * @param attention_mask - [B, T], 1 for positions that may be seen
 * @param blocked - very negative; the reference takes the lowest float32. An engine that computes in a narrower
 *   format passes a number that its format can hold
 */
export function attentionBias(
  attention_mask: ArrayLike<bigint>,
  batch: number,
  sequence: number,
  total: number,
  blocked = -3.4028234663852886e38,
): Float32Array {
  const past = total - sequence
  const bias = new Float32Array(batch * sequence * total)
  for (let b = 0; b < batch; b++) {
    for (let s = 0; s < sequence; s++) {
      const row = (b * sequence + s) * total
      for (let t = 0; t < total; t++) {
        const padded = attention_mask[b * total + t] !== 1n
        const ahead = t > past + s
        // Float32Array rounds the sum of two lowest numbers to -Infinity, as the reference's float32 addition does.
        bias[row + t] = (padded ? blocked : 0) + (ahead ? blocked : 0)
      }
    }
  }
  return bias
}
