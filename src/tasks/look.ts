// Several tasks about one picture, which is computed once.
import type { ImageInput } from '../image/image-input.ts'
import { loadRgb } from '../image/load-image.ts'
import type { RgbImage } from '../image/rgb-image.ts'
import type { ConditionalGeneration } from '../model/conditional-generation.ts'
import type { Tensor } from '../tensor.ts'
import type { BoxInput } from '../text/boxes.ts'
import { Kosmos2Processor } from '../text/processor.ts'
import type { Answer, AnswerOptions } from './answer.ts'
import { ask, type AskOptions } from './ask.ts'
import { caption, type CaptionOptions } from './caption.ts'
import { describe, type DescribeOptions } from './describe.ts'
import { ground, type GroundOptions } from './ground.ts'
import { locate } from './locate.ts'
import { type CloserBox, lookCloser, type LookCloserOptions } from './look-closer.ts'
import { rankBoxes, type RankBoxesOptions, type RankedBox } from './rank-boxes.ts'

/** A picture that was looked at: the tasks of `Kosmos2` about it. `dispose` it when done, or the model as a whole. */
export interface Look {
  readonly image: RgbImage
  caption(options?: CaptionOptions): Promise<Answer>
  ground(phrase: string, options?: GroundOptions): Promise<Answer>
  locate(expression: string, options?: AnswerOptions): Promise<Answer>
  rankBoxes(phrase: string, options?: RankBoxesOptions): Promise<RankedBox[]>
  lookCloser(answer: Answer, options?: LookCloserOptions): Promise<CloserBox[]>
  describe(box: BoxInput, options?: DescribeOptions): Promise<Answer>
  ask(text: string, options?: AskOptions): Promise<Answer>
  dispose(): Promise<void>
}

/** Looks at a picture: what every question about it needs is computed here. */
export async function look(
  { processor, model }: { readonly processor: Kosmos2Processor; readonly model: ConditionalGeneration },
  input: ImageInput,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Look> {
  const image = await loadRgb(input, options)
  const inputs = await processor.call({
    text: '',
    images: image,
    num_image_tokens: model.config.latent_query_num,
  })
  const kept = await model.keepPicture(inputs, options)
  const { config, generation_config } = model
  const asks = {
    processor: withPixels(processor, inputs.pixel_values),
    model: {
      config,
      generation_config,
      generate: kept.generate,
      refinesBoxes: model.refinesBoxes,
      refineBoxes: model.refineBoxes.bind(model),
    },
  }
  return {
    image,
    caption: (options) => caption(asks, image, options),
    ground: (phrase, options) => ground(asks, image, phrase, options),
    locate: (expression, options) => locate(asks, image, expression, options),
    rankBoxes: (phrase, options) => rankBoxes(asks, image, phrase, options),
    lookCloser: (answer, options) => lookCloser({ processor, model }, image, answer, options),
    describe: (box, options) => describe(asks, image, box, options),
    ask: (text, options) => ask(asks, image, text, options),
    dispose: () => kept.dispose(),
  }
}

/** The processor for questions about one picture, whose pixels are there already. */
function withPixels(
  { image_processor, tokenizer, num_patch_index_tokens }: Kosmos2Processor,
  pixels: Tensor,
) {
  const prepared = Object.create(image_processor) as typeof image_processor
  prepared.call = () => Promise.resolve({ pixel_values: pixels })
  return new Kosmos2Processor(prepared, tokenizer, num_patch_index_tokens)
}
