// The picture's half of the model: vision tower and projection, one after the other.
import type { Engine, VisionOptions } from '../architecture/engine.ts'
import type { LayerOutputs, Traced } from '../architecture/layer-outputs.ts'
import type { GenerateInputs } from '../generate/prompt.ts'
import type { Tensor } from '../tensor.ts'
import type { ModelInputs } from './inputs.ts'
import { interpolates } from './vision-options.ts'

/** What the picture becomes; the last two are missing where the caller brought `image_embeds`. */
export interface ImageFeatures {
  /** float32 [B, latent_query_num, D]. */
  readonly image_embeds: Tensor
  /** float32 [B, H, latent_query_num, 1 + P + latent_query_num]. */
  readonly projection_attentions?: Tensor
  readonly vision_model_output?: VisionModelOutput
}
export interface VisionModelOutput extends LayerOutputs {
  /** float32 [B, 1 + P, Dv]. */
  readonly last_hidden_state: Tensor
  /** float32 [B, Dv], the class position; from Kosmos2Model the image embeddings [B, latent_query_num, D], as there. */
  readonly pooler_output: Tensor
}

/** @returns undefined where the inputs have neither `pixel_values` nor `image_embeds` */
export async function imageFeatures(
  engine: Engine,
  inputs: ModelInputs,
  signal?: AbortSignal,
  traced?: Traced,
): Promise<ImageFeatures | undefined> {
  const interpolate = interpolates(inputs)
  if (inputs.image_embeds !== undefined) return { image_embeds: inputs.image_embeds }
  if (inputs.pixel_values === undefined) return undefined
  return await pictureFeatures(engine, inputs.pixel_values, { signal, traced, interpolate })
}

/** As `imageFeatures`, of a picture that is there. */
export async function pictureFeatures(
  engine: Engine,
  pixel_values: Tensor,
  options: VisionOptions,
): Promise<Required<ImageFeatures>> {
  const { image_features, ...vision_model_output } = await engine.vision(pixel_values, options)
  const projected = await engine.projection(image_features, options.signal)
  return { ...projected, vision_model_output }
}

/** What the text model takes: the prompt, and the picture's embeddings where there are some. */
export function textInputs(inputs: ModelInputs, features: ImageFeatures | undefined): GenerateInputs {
  const { input_ids, attention_mask, image_embeds_position_mask } = inputs
  return {
    input_ids,
    attention_mask,
    ...(features && { image_embeds: features.image_embeds, image_embeds_position_mask }),
  }
}
