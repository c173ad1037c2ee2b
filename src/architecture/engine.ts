// What `forward` and `generate` ask of an engine: the original in ONNX Runtime and the compiled model in OpenVINO
// both answer to this, and nothing above them knows which one it is.
import type { Kosmos2Config } from '../checkpoint/config.ts'
import type { Tensor } from '../tensor.ts'
import type { LayerOutputs, Traced } from './layer-outputs.ts'

/** A KOSMOS-2 that can run. Its weights and sessions live until `dispose`. */
export interface Engine {
  readonly config: Kosmos2Config
  /** @param pixel_values - float32 [B, 3, image_size, image_size], or of another size with `interpolate` */
  vision(pixel_values: Tensor, options?: VisionOptions): Promise<VisionOutput & LayerOutputs>
  /** @param image_features - float32 [B, 1 + P, Dv], as `vision` gives them. @param signal - as for `vision` */
  projection(image_features: Tensor, signal?: AbortSignal): Promise<ProjectionOutput>
  /** What a box refiner makes of windows; undefined for a checkpoint without one. */
  readonly refineBoxes: ((windows: Tensor, signal?: AbortSignal) => Promise<BoxRefinerOutput>) | undefined
  /** A text decoder with an empty cache. Many may be open at once. */
  openDecoder(): Promise<Decoder>
  /** One step of a decoder with an empty cache, which is not kept, with what is wanted of each layer. */
  trace(
    step: DecoderStep,
    traced: Traced,
  ): Promise<{ readonly logits: Tensor; readonly last_hidden_state: Tensor } & LayerOutputs>
  /** Frees everything; the engine cannot be used afterwards. Calling it again does nothing. */
  dispose(): Promise<void>
}

export interface VisionOptions {
  /** An engine that can be stopped in the middle of a run stops, and rejects with its reason. */
  readonly signal?: AbortSignal | undefined
  /** What is wanted of each layer. */
  readonly traced?: Traced | undefined
  /** Whether the picture may have another size; its positions are then interpolated. @default false */
  readonly interpolate?: boolean | undefined
}

export interface VisionOutput {
  /** float32 [B, 1 + P, Dv], P being the number of patches; position 0 is the class position. */
  readonly last_hidden_state: Tensor
  /** float32 [B, Dv]: the class position after the last norm. */
  readonly pooler_output: Tensor
  /** float32 [B, 1 + P, Dv]: all positions after the last norm, each of length 1. */
  readonly image_features: Tensor
}

export interface ProjectionOutput {
  /** float32 [B, Q, D], Q being latent_query_num: what takes the place of the image tokens. */
  readonly image_embeds: Tensor
  /** float32 [B, H, Q, 1 + P + Q]: where each query looks, first over the picture, then over the queries. */
  readonly projection_attentions: Tensor
}

/** Scores of places, see box-refiner.ts. */
export interface BoxRefinerOutput {
  /** float32 [N, 4, 1, S/2] */
  readonly columns: Tensor
  /** float32 [N, 4, S/2, 1] */
  readonly rows: Tensor
}

/** One pass of the text decoder over new positions. */
export interface DecoderStep {
  /** The new tokens, int64 [B, S]. */
  readonly input_ids: Tensor
  /** Over past and new positions, int64 [B, past + S]: 1 for tokens to attend to, 0 for padding. */
  readonly attention_mask: Tensor
  /** Place of each new token in the sinusoidal table, int64 [B, S]. */
  readonly position_ids: Tensor
  /** float32 [B, Q, D]: put in the places where image_embeds_position_mask is 1. Only in the first step. */
  readonly image_embeds?: Tensor
  /** int64 [B, S]; required with image_embeds. */
  readonly image_embeds_position_mask?: Tensor
  /** float32 [B, S, D]: in place of the tokens' own embeddings, before they are scaled. Only in the first step. */
  readonly inputs_embeds?: Tensor
  /**
   * Which row of the cache each row of this step continues: length B, entries 0 <= i < rows of the step before.
   * It may repeat rows (beam search) or grow the batch (one prompt to many beams). Left out: row i continues row i.
   */
  readonly beam_idx?: readonly number[]
  /** How many of the last positions get logits: 1 in generation, S for all. */
  readonly logitsToKeep: number
  /** An engine that can be stopped in the middle of a step stops, and rejects with its reason; the decoder is then spent. */
  readonly signal?: AbortSignal
}

/** A text decoder with its cache of keys and values: the only thing in a generation that changes. */
export interface Decoder {
  /**
   * Runs one step and appends it to the cache; float32 logits [B, logitsToKeep, vocab_size]. They are the caller's until
   * the next step, which may write to the same memory.
   */
  step(step: DecoderStep): Promise<Tensor>
  /** As `step`, but the result is the last hidden state, float32 [B, S, D]. */
  hidden(step: DecoderStep): Promise<Tensor>
  /** Frees the cache; the decoder cannot be used afterwards. */
  dispose(): Promise<void>
}
