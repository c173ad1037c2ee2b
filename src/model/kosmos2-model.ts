// The model without its language head; the names and the behaviour are those of Kosmos2Model in transformers'
// modeling_kosmos2.py.
import type { Engine } from '../architecture/engine.ts'
import type { Kosmos2Config } from '../checkpoint/config.ts'
import { forwardHidden, type ForwardOptions, type ModelOutput } from './forward.ts'
import { getImageFeatures, type GetImageFeaturesOutput } from './get-image-features.ts'
import type { ModelInputs } from './inputs.ts'
import type { Tensor } from '../tensor.ts'
import { type ModelOptions, openOriginal } from './open-original.ts'
import type { VisionModelOptions } from './vision-options.ts'

/** KOSMOS-2 without its language head: `forward` gives the last hidden state. */
export class Kosmos2Model {
  readonly config: Kosmos2Config
  readonly #engine: Engine

  private constructor(engine: Engine) {
    this.config = engine.config
    this.#engine = engine
  }

  /** As Kosmos2ForConditionalGeneration.from_pretrained. */
  static async from_pretrained(nameOrFolder: string, options: ModelOptions = {}): Promise<Kosmos2Model> {
    const { engine } = await openOriginal(nameOrFolder, options)
    return new Kosmos2Model(engine)
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
