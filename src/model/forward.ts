// One pass over a whole sequence, for any engine. Mirrors Kosmos2ForConditionalGeneration.forward and
// Kosmos2Model.forward in transformers' modeling_kosmos2.py.
import type { Decoder, DecoderStep, Engine } from '../architecture/engine.ts'
import { rejectUnknownOptions } from '../errors.ts'
import { createPositionIds } from '../generate/position-ids.ts'
import type { Tensor } from '../tensor.ts'
import { type ImageFeatures, imageFeatures } from './image-features.ts'
import { attentionMask, INPUT_NAMES, type ModelInputs } from './inputs.ts'

export interface ForwardOutput extends ImageFeatures {
  /** float32 [B, S, vocab_size]: scores of the token that follows each position, before softmax. */
  readonly logits: Tensor
}
export interface ModelOutput extends ImageFeatures {
  /** float32 [B, S, D]: after the text model's last norm. */
  readonly last_hidden_state: Tensor
}

/** Kosmos2ForConditionalGeneration.forward. @throws {TypeError} without pixel_values and image_embeds, as there */
export async function forwardLogits(engine: Engine, inputs: ModelInputs): Promise<ForwardOutput> {
  const { result, features } = await pass(engine, inputs, (decoder, step) => decoder.step(step))
  return { logits: result, ...features }
}

/** Kosmos2Model.forward. @throws {TypeError} without pixel_values and image_embeds, as there */
export async function forwardHidden(engine: Engine, inputs: ModelInputs): Promise<ModelOutput> {
  const { result, features } = await pass(engine, inputs, (decoder, step) => decoder.hidden(step))
  const { vision_model_output: vision, image_embeds } = features
  return {
    last_hidden_state: result,
    ...features,
    // Here the reference puts the image embeddings (get_image_features), with a language head the class position.
    ...(vision && { vision_model_output: { ...vision, pooler_output: image_embeds } }),
  }
}

async function pass(
  engine: Engine,
  inputs: ModelInputs,
  run: (decoder: Decoder, step: DecoderStep) => Promise<Tensor>,
): Promise<{ result: Tensor; features: ImageFeatures }> {
  rejectUnknownOptions('forward', inputs, INPUT_NAMES)
  const attention_mask = attentionMask(inputs)
  const { input_ids } = inputs
  const position_ids = createPositionIds(input_ids, engine.config.text_config.pad_token_id)
  const features = await imageFeatures(engine, inputs)
  if (features === undefined)
    throw new TypeError(
      'Expected pixel_values or image_embeds for forward but received neither. ' +
        'Give the processor a picture, or use generate, which also completes text alone',
    )
  const decoder = await engine.openDecoder()
  try {
    const result = await run(decoder, {
      input_ids,
      attention_mask,
      position_ids,
      image_embeds: features.image_embeds,
      ...(inputs.image_embeds_position_mask && {
        image_embeds_position_mask: inputs.image_embeds_position_mask,
      }),
      logitsToKeep: input_ids.dims[1]!,
    })
    return { result, features }
  } finally {
    await decoder.dispose()
  }
}
