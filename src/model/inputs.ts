// What `forward` and `generate` take besides their options: the processor's output, checked.
import { int64, isTensorLike, type Tensor } from '../tensor.ts'
import { invalidType } from '../errors.ts'
import type { SizeOptions } from './vision-options.ts'

/** The processor's output, or tensors of the same names and shapes. */
export interface ModelInputs extends SizeOptions {
  /** int64 [B, S]. */
  readonly input_ids: Tensor
  /** int64 [B, S]: 1 for tokens to attend to, 0 for padding. All 1 if left out. */
  readonly attention_mask?: Tensor | undefined
  /** float32 [B, 3, image_size, image_size], or of another size with interpolate_pos_encoding. */
  readonly pixel_values?: Tensor | undefined
  /** float32 [B, latent_query_num, D], in place of pixel_values: what `forward` gave for the same picture. */
  readonly image_embeds?: Tensor | undefined
  /** int64 [B, S]: 1 where image_embeds go. Required with a picture. */
  readonly image_embeds_position_mask?: Tensor | undefined
}
export const INPUT_NAMES = [
  'input_ids',
  'attention_mask',
  'pixel_values',
  'image_embeds',
  'image_embeds_position_mask',
  'interpolate_pos_encoding',
] as const

/** The attention mask given, or one that hides nothing. */
export function attentionMask(inputs: ModelInputs): Tensor {
  if (!isTensorLike(inputs.input_ids))
    throw invalidType('input_ids', 'an int64 tensor [B, S]', inputs.input_ids)
  const { dims } = inputs.input_ids
  return inputs.attention_mask ?? int64(new BigInt64Array(dims.reduce((a, b) => a * b, 1)).fill(1n), dims)
}
