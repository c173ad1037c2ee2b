// One pass over a whole sequence, for any engine. Mirrors Kosmos2ForConditionalGeneration.forward and
// Kosmos2Model.forward in transformers' modeling_kosmos2.py.
import type { DecoderStep, Engine } from '../architecture/engine.ts'
import type { LayerOutputs } from '../architecture/layer-outputs.ts'
import { invalidRange, rejectUnknownOptions } from '../errors.ts'
import { createPositionIds } from '../generate/position-ids.ts'
import type { Tensor } from '../tensor.ts'
import { type ImageFeatures, imageFeatures } from './image-features.ts'
import { attentionMask, INPUT_NAMES, type ModelInputs } from './inputs.ts'
import { causalLoss } from './loss.ts'
import { LAYER_OPTIONS, type LayerOptions, tracedBy } from './vision-options.ts'

/** What `forward` takes besides the processor's output. What is asked of the layers is given for text and vision. */
export interface ForwardOptions extends LayerOptions {
  /** int64 [B, S]: the place of each token in the table of positions; by default counted, padding left out. */
  readonly position_ids?: Tensor | undefined
  /** float32 [B, S, D]: in place of the tokens' own embeddings. `input_ids` still say which tokens are padding. */
  readonly inputs_embeds?: Tensor | undefined
}
export interface ForwardLogitsOptions extends ForwardOptions {
  /** int64 [B, S]: gives the loss; -100 where nothing counts. Needs the logits of all positions. */
  readonly labels?: Tensor | undefined
  /** How many of the last positions get logits, integer from 0; 0 is all. @default 0 */
  readonly logits_to_keep?: number | undefined
}

export interface ForwardOutput extends ImageFeatures, LayerOutputs {
  /** With `labels`: the mean cross entropy of each token that has a label, given those before it. */
  readonly loss?: number
  /** float32 [B, S, vocab_size], or of the last `logits_to_keep` positions: scores of the token that follows, before softmax. */
  readonly logits: Tensor
}
export interface ModelOutput extends ImageFeatures, LayerOutputs {
  /** float32 [B, S, D]: after the text model's last norm. */
  readonly last_hidden_state: Tensor
}

const MODEL_OPTIONS = ['position_ids', 'inputs_embeds', ...LAYER_OPTIONS] as const
const LOGITS_OPTIONS = [...MODEL_OPTIONS, 'labels', 'logits_to_keep'] as const

/** Kosmos2ForConditionalGeneration.forward. @throws {TypeError} without pixel_values and image_embeds, as there */
export async function forwardLogits(
  engine: Engine,
  { labels, logits_to_keep = 0, ...inputs }: ModelInputs & ForwardLogitsOptions,
): Promise<ForwardOutput> {
  rejectUnknownOptions('forward', inputs, [...INPUT_NAMES, ...LOGITS_OPTIONS])
  const length = inputs.input_ids.dims[1]!
  if (!Number.isSafeInteger(logits_to_keep) || logits_to_keep < 0 || logits_to_keep > length)
    throw invalidRange('logits_to_keep', `integer from 0, for all, to ${length}`, logits_to_keep)
  if (labels !== undefined && logits_to_keep !== 0)
    throw new TypeError(
      'Expected labels without logits_to_keep, as the loss needs the logits of all positions',
    )
  const { result: logits, rest } = await pass(engine, inputs, 'logits', logits_to_keep || length)
  return { ...(labels !== undefined && { loss: causalLoss(logits, labels) }), logits, ...rest }
}

/** Kosmos2Model.forward. @throws {TypeError} without pixel_values and image_embeds, as there */
export async function forwardHidden(
  engine: Engine,
  inputs: ModelInputs & ForwardOptions,
): Promise<ModelOutput> {
  rejectUnknownOptions('forward', inputs, [...INPUT_NAMES, ...MODEL_OPTIONS])
  const { result, rest } = await pass(engine, inputs, 'last_hidden_state', 1)
  const { vision_model_output: vision, image_embeds } = rest
  return {
    last_hidden_state: result,
    ...rest,
    // Here the reference puts the image embeddings (get_image_features), with a language head the class position.
    ...(vision && { vision_model_output: { ...vision, pooler_output: image_embeds } }),
  }
}

async function pass(
  engine: Engine,
  inputs: ModelInputs & ForwardOptions,
  wanted: 'logits' | 'last_hidden_state',
  logitsToKeep: number,
): Promise<{ readonly result: Tensor; readonly rest: ImageFeatures & LayerOutputs }> {
  const attention_mask = attentionMask(inputs)
  const { input_ids, inputs_embeds } = inputs
  const traced = tracedBy(inputs)
  const position_ids =
    inputs.position_ids ?? createPositionIds(input_ids, engine.config.text_config.pad_token_id)
  const features = await imageFeatures(engine, inputs, undefined, traced)
  if (features === undefined)
    throw new TypeError(
      'Expected pixel_values or image_embeds for forward but received neither. ' +
        'Give the processor a picture, or use generate, which also completes text alone',
    )
  const step: DecoderStep = {
    input_ids,
    attention_mask,
    position_ids,
    image_embeds: features.image_embeds,
    ...(inputs.image_embeds_position_mask && {
      image_embeds_position_mask: inputs.image_embeds_position_mask,
    }),
    ...(inputs_embeds && { inputs_embeds }),
    logitsToKeep,
  }
  if (traced !== undefined) {
    const { logits, last_hidden_state, ...layers } = await engine.trace(step, traced)
    return { result: wanted === 'logits' ? logits : last_hidden_state, rest: { ...features, ...layers } }
  }
  const decoder = await engine.openDecoder()
  try {
    const result = await (wanted === 'logits' ? decoder.step(step) : decoder.hidden(step))
    return { result, rest: features }
  } finally {
    await decoder.dispose()
  }
}
