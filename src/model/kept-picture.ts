// A picture that was looked at once, for as many questions as one likes.
import pLimit from 'p-limit'
import type { Engine } from '../architecture/engine.ts'
import type { GenerationConfig } from '../checkpoint/generation-config.ts'
import { invalidRange } from '../errors.ts'
import type { GenerateOutput } from '../generate/generate.ts'
import { keepPrefix } from '../generate/kept-prefix.ts'
import { createPositionIds } from '../generate/position-ids.ts'
import { expectInt64, int64, type Tensor } from '../tensor.ts'
import { type GenerateArguments, generateText } from './generate.ts'
import { imageFeatures } from './image-features.ts'
import type { ModelInputs } from './inputs.ts'

/** What the model keeps of a picture: its embeddings, and the text model's keys and values for them. */
export interface KeptPicture {
  /**
   * As the model's `generate`, for prompts about the same picture: neither vision nor the picture's places in the prompt
   * are computed again. Several at once run one after the other. A prompt that does not begin with the picture, or comes
   * with the pixels of another one, is a RangeError; without `pixel_values` it is about this one.
   */
  readonly generate: Generate
  /** Frees the keys and values. The model stays. */
  readonly dispose: () => Promise<void>
}

/** `generate` of the model classes. */
interface Generate {
  (all: GenerateArguments & { return_dict_in_generate: true }): Promise<GenerateOutput>
  (all: GenerateArguments & { return_dict_in_generate?: false | undefined }): Promise<Tensor>
  (all: GenerateArguments): Promise<Tensor | GenerateOutput>
}

/**
 * Computes a picture and keeps it.
 * @param inputs - the processor's output for one prompt about it, whose text does not count
 */
export async function keepPicture(
  engine: Engine,
  generationConfig: GenerationConfig,
  inputs: ModelInputs,
  signal?: AbortSignal,
): Promise<KeptPicture> {
  const features = await imageFeatures(engine, inputs, signal)
  const ids = expectInt64('input_ids', inputs.input_ids, ['B', 'S'])
  if (features === undefined || ids.dims[0] !== 1)
    throw invalidRange('inputs', 'one prompt with its picture', inputs)
  const mask = expectInt64('image_embeds_position_mask', inputs.image_embeds_position_mask, ids.dims)
  // The picture's places, and the tag behind them.
  const length = mask.data.lastIndexOf(1n) + 2
  const input_ids = int64(ids.data.slice(0, length), [1, length])
  const prefix = keepPrefix(() => engine.openDecoder(), {
    input_ids,
    position_ids: createPositionIds(input_ids, engine.config.text_config.pad_token_id),
    image_embeds: features.image_embeds,
    image_embeds_position_mask: int64(mask.data.slice(0, length), [1, length]),
  })
  await prefix.open(signal)
  const oneAtATime = pLimit(1)
  const { image_embeds } = features
  const generate = async (all: GenerateArguments) => {
    expectSame('pixel_values', all.pixel_values, inputs.pixel_values)
    expectSame('image_embeds', all.image_embeds, image_embeds)
    return await oneAtATime(() =>
      generateText(engine, generationConfig, { ...all, pixel_values: undefined, image_embeds }, (stop) =>
        prefix.open(stop),
      ),
    )
  }
  return { generate: generate as Generate, dispose: () => oneAtATime(() => prefix.dispose()) }
}

/** Checks that a picture, if there is one, is the kept one. @throws {RangeError} for another */
function expectSame(name: string, given: Tensor | undefined, kept: Tensor | undefined): void {
  if (given === undefined || given === kept) return
  const [own, other] = [given, kept].map((tensor) => tensor?.data as Float32Array | undefined)
  if (other === undefined || own!.length !== other.length || own!.some((value, i) => value !== other[i]))
    throw new RangeError(
      `Expected ${name} of the kept picture, or none, but received those of another; keep that one with keepPicture`,
    )
}
