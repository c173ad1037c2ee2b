// The picture alone, as it goes into the text model. Mirrors Kosmos2Model.get_image_features in transformers'
// modeling_kosmos2.py.
import type { Engine } from '../architecture/engine.ts'
import type { LayerOutputs } from '../architecture/layer-outputs.ts'
import { rejectUnknownOptions } from '../errors.ts'
import type { Tensor } from '../tensor.ts'
import { pictureFeatures } from './image-features.ts'
import { interpolates, tracedBy, VISION_MODEL_OPTIONS, type VisionModelOptions } from './vision-options.ts'

export interface GetImageFeaturesOutput extends LayerOutputs {
  /** float32 [B, 1 + P, Dv]: of the vision tower. */
  readonly last_hidden_state: Tensor
  /** float32 [B, latent_query_num, D]: `image_embeds` for `forward` and `generate`. */
  readonly pooler_output: Tensor
  /** float32 [B, H, latent_query_num, 1 + P + latent_query_num]. */
  readonly projection_attentions: Tensor
}

/** @param pixel_values - float32 [B, 3, image_size, image_size], or of another size with `interpolate_pos_encoding` */
export async function getImageFeatures(
  engine: Engine,
  pixel_values: Tensor,
  options: VisionModelOptions = {},
): Promise<GetImageFeaturesOutput> {
  rejectUnknownOptions('get_image_features', options, VISION_MODEL_OPTIONS)
  const { image_embeds, projection_attentions, vision_model_output } = await pictureFeatures(
    engine,
    pixel_values,
    { traced: tracedBy(options), interpolate: interpolates(options) },
  )
  return { ...vision_model_output, pooler_output: image_embeds, projection_attentions }
}
