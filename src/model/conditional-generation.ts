// What a KOSMOS-2 with its language head does, whichever engine it runs on. The names and the behaviour are those of
// Kosmos2ForConditionalGeneration in transformers' modeling_kosmos2.py.
import type { Engine, ProjectionOutput, VisionOutput } from '../architecture/engine.ts'
import type { LayerOutputs } from '../architecture/layer-outputs.ts'
import type { Kosmos2Config } from '../checkpoint/config.ts'
import type { GenerationConfig } from '../checkpoint/generation-config.ts'
import { rejectUnknownOptions } from '../errors.ts'
import type { GenerateOutput } from '../generate/generate.ts'
import type { Tensor } from '../tensor.ts'
import type { Box } from '../text/box-iou.ts'
import { getImageFeatures, type GetImageFeaturesOutput } from './get-image-features.ts'
import { forwardLogits, type ForwardLogitsOptions, type ForwardOutput } from './forward.ts'
import { type GenerateArguments, generateText } from './generate.ts'
import type { ModelInputs } from './inputs.ts'
import { keepPicture, type KeptPicture } from './kept-picture.ts'
import { refineBoxes, type RefineBoxesInputs } from './refine-boxes.ts'
import { scoreTexts } from './score.ts'
import { interpolates, tracedBy, VISION_MODEL_OPTIONS, type VisionModelOptions } from './vision-options.ts'

/** Pictures and text to text. The event loop stays free while it runs; `dispose` it when done. */
export abstract class ConditionalGeneration {
  readonly config: Kosmos2Config
  /** The checkpoint's own settings for `generate`; what a call does not say comes from here. */
  readonly generation_config: GenerationConfig
  readonly #engine: Engine

  protected constructor(engine: Engine, generationConfig: GenerationConfig) {
    this.config = engine.config
    this.generation_config = generationConfig
    this.#engine = engine
  }

  /**
   * One pass over a whole sequence.
   * @param inputs - the processor's output; `image_embeds` may stand in for `pixel_values`. With it what else is wanted:
   *   `labels` for the loss, `output_hidden_states`, `output_attentions`, `logits_to_keep`, and what takes the place of
   *   something computed: `inputs_embeds`, `position_ids`
   * @throws {TypeError} without picture, or for a tensor of another type or shape
   * @throws {RangeError} for ids outside the vocabulary, or places for image rows that are not as many as those
   */
  forward(inputs: ModelInputs & ForwardLogitsOptions): Promise<ForwardOutput> {
    return forwardLogits(this.#engine, inputs)
  }

  /**
   * Continues the prompt. Without picture the text model runs alone.
   * @param all - the processor's output, and options such as `max_new_tokens`, `num_beams`, `streamer`, `signal`
   * @returns int64 [B, prompt + new], prompt included, shorter rows padded right with pad_token_id; with
   *   `return_dict_in_generate` an object with `sequences` and, with `output_scores`, `scores`
   */
  generate(all: GenerateArguments & { return_dict_in_generate: true }): Promise<GenerateOutput>
  generate(all: GenerateArguments & { return_dict_in_generate?: false | undefined }): Promise<Tensor>
  generate(all: GenerateArguments): Promise<Tensor | GenerateOutput>
  generate(all: GenerateArguments): Promise<Tensor | GenerateOutput> {
    return generateText(this.#engine, this.generation_config, all)
  }

  /**
   * Computes a picture once, for several prompts about it: each then starts behind the picture.
   * @param inputs - the processor's output for one prompt about the picture, whose text does not count
   * @throws {RangeError} for several prompts, or one without a picture
   */
  keepPicture(
    inputs: ModelInputs,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<KeptPicture> {
    return keepPicture(this.#engine, this.generation_config, inputs, options.signal)
  }

  /**
   * How likely given continuations of a prompt are. The picture and the prompt run once for all of them.
   * @param inputs - the processor's output for one prompt
   * @param continuations - token ids, at least one each
   * @returns the natural logarithm of the likelihood of each token, given all before it
   * @throws {RangeError} for several prompts, no continuations, or ids outside the vocabulary
   */
  score(
    inputs: ModelInputs,
    continuations: readonly (readonly number[])[],
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<number[][]> {
    return scoreTexts(this.#engine, inputs, continuations, options.signal)
  }

  /** Whether the checkpoint has a box refiner. */
  get refinesBoxes(): boolean {
    return this.#engine.refineBoxes !== undefined
  }

  /**
   * Brings boxes to the borders of the things in them, by the checkpoint's box refiner: a small network that looks at the
   * picture around each box (src/architecture/box-refiner.ts). The answers of `Kosmos2` hold what it finds as `finer`.
   * @param inputs - `pixel_values` and for each picture `boxes` that are nearly right, such as those of `finerEntities`
   * @returns for each picture its boxes, as fractions of its width and height
   * @throws {TypeError} for a checkpoint without box refiner, see `refinesBoxes`, or a tensor of another type or shape
   * @throws {RangeError} for boxes outside the picture, without area, or for another number of pictures
   */
  refineBoxes(
    inputs: RefineBoxesInputs,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Box[][]> {
    return refineBoxes(this.#engine, inputs, options.signal)
  }

  /**
   * What a picture becomes: computed once, its `pooler_output` can be `image_embeds` of any number of calls.
   * @param pixel_values - float32 [B, 3, image_size, image_size], or of another size with `interpolate_pos_encoding`
   */
  get_image_features(
    pixel_values: Tensor,
    options: VisionModelOptions = {},
  ): Promise<GetImageFeaturesOutput> {
    return getImageFeatures(this.#engine, pixel_values, options)
  }

  /** The vision tower alone. @param pixel_values - as for `get_image_features` */
  async vision_model(
    pixel_values: Tensor,
    options: VisionModelOptions = {},
  ): Promise<VisionOutput & LayerOutputs> {
    rejectUnknownOptions('vision_model', options, VISION_MODEL_OPTIONS)
    const [traced, interpolate] = [tracedBy(options), interpolates(options)]
    return await this.#engine.vision(pixel_values, { traced, interpolate })
  }

  /** The projection alone. @param image_features - float32 [B, 1 + P, Dv], from `vision_model` */
  image_to_text_projection(image_features: Tensor): Promise<ProjectionOutput> {
    return this.#engine.projection(image_features)
  }

  /** Ends what runs, which rejects, and frees all memory. May be called twice. */
  async dispose(): Promise<void> {
    await this.#engine.dispose()
  }
}
