// The place of each token in the text model's sinusoidal table.
import { expectInt64, int64, type Tensor, type TensorLike } from '../tensor.ts'

/**
 * Position ids of new tokens, as Kosmos2TextSinusoidalPositionalEmbedding.create_position_ids_from_input_ids in
 * transformers' modeling_kosmos2.py: a token that is not padding gets padding_idx plus its number (from 1) among such
 * tokens of its row plus the length of the cache; padding gets padding_idx. The cache's length counts padding too, so a
 * row with left padding goes on past a gap: the reference does so, and its weights' outputs depend on it.
 * @param input_ids - int64 [B, S], the new tokens
 * @param padding_idx - the text config's pad_token_id
 * @param past_key_values_length - positions in the cache, padding included; 0 for a prompt
 * @returns int64 [B, S]
 */
export function createPositionIds(
  input_ids: TensorLike,
  padding_idx: number,
  past_key_values_length = 0,
): Tensor {
  const ids = expectInt64('input_ids', input_ids, ['B', 'S'])
  const [rows, columns] = ids.dims as [number, number]
  const positions = new BigInt64Array(rows * columns)
  const padding = BigInt(padding_idx)
  for (let row = 0; row < rows; row++) {
    let next = padding + BigInt(past_key_values_length)
    for (let i = row * columns; i < (row + 1) * columns; i++)
      positions[i] = ids.data[i] === padding ? padding : ++next
  }
  return int64(positions, ids.dims)
}
