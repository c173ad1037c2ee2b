// What `generate` and `forward` ask of an engine: the original in ONNX Runtime and the compiled model in OpenVINO
// both answer to this, and nothing above them knows which one it is.
import type { Tensor } from '../tensor.ts'

/** One pass of the text decoder over new positions. */
export interface DecoderStep {
  /** The new tokens, int64 [B, S]. */
  readonly input_ids: Tensor
  /** Over past and new positions, int64 [B, past + S]: 1 for tokens to attend to, 0 for padding. */
  readonly attention_mask: Tensor
  /** Place of each new token in the sinusoidal table, int64 [B, S]. */
  readonly position_ids: Tensor
  /** float32 [B, latent_query_num, D]: put in the places where image_embeds_position_mask is 1. Only in the first step. */
  readonly image_embeds?: Tensor
  /** int64 [B, S]; required with image_embeds. */
  readonly image_embeds_position_mask?: Tensor
  /**
   * Which row of the cache each row of this step continues: length B, entries 0 <= i < rows of the step before.
   * It may repeat rows (beam search) or grow the batch (one prompt to many beams). Left out: row i continues row i.
   */
  readonly beam_idx?: readonly number[]
  /** How many of the last positions get logits: 1 in generation, S for all. */
  readonly logitsToKeep: number
}

/** A text decoder with its cache of keys and values: the only thing in a generation that changes. */
export interface Decoder {
  /** Runs one step and appends it to the cache; float32 logits [B, logitsToKeep, vocab_size]. */
  step(step: DecoderStep): Promise<Tensor>
  /** Frees the cache; the decoder cannot be used afterwards. */
  dispose(): Promise<void>
}
