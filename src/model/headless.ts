// What a KOSMOS-2 without its language head does, whichever engine it runs on. The names and the behaviour are those of
// Kosmos2Model in transformers' modeling_kosmos2.py.
import type { Engine } from '../architecture/engine.ts'
import type { Kosmos2Config } from '../checkpoint/config.ts'
import type { Tensor } from '../tensor.ts'
import { forwardHidden, type ForwardOptions, type ModelOutput } from './forward.ts'
import { getImageFeatures, type GetImageFeaturesOutput } from './get-image-features.ts'
import type { ModelInputs } from './inputs.ts'
import type { VisionModelOptions } from './vision-options.ts'

/** Pictures and text to the last hidden state. `dispose` it when done. */
export abstract class Headless {
  readonly config: Kosmos2Config
  readonly #engine: Engine

  protected constructor(engine: Engine) {
    this.config = engine.config
    this.#engine = engine
  }

  /** As Kosmos2ForConditionalGeneration.forward, with `last_hidden_state` float32 [B, S, D] in place of logits. */
  forward(inputs: ModelInputs & ForwardOptions): Promise<ModelOutput> {
    return forwardHidden(this.#engine, inputs)
  }

  /** As Kosmos2ForConditionalGeneration.get_image_features. */
  get_image_features(
    pixel_values: Tensor,
    options: VisionModelOptions = {},
  ): Promise<GetImageFeaturesOutput> {
    return getImageFeatures(this.#engine, pixel_values, options)
  }

  /** As Kosmos2ForConditionalGeneration.dispose. */
  async dispose(): Promise<void> {
    await this.#engine.dispose()
  }
}
