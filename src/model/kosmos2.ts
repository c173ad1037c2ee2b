// The short way: processor and model together, a picture in, a caption and its boxes out.
import { resolveCheckpoint } from '../checkpoint/hub.ts'
import { COMPILED_OPTIONS, type CompiledModelOptions } from '../compiled/open-compiled.ts'
import { rejectUnknownOptions } from '../errors.ts'
import { answerTokens } from '../generate/constraints/one-of.ts'
import type { GenerateOptions } from '../generate/options.ts'
import { softmaxDenominator } from '../generate/softmax.ts'
import type { ImageInput } from '../image/image-input.ts'
import type { BoxInput } from '../text/boxes.ts'
import type { Entity } from '../text/post-process.ts'
import { Kosmos2Processor } from '../text/processor.ts'
import { briefCaption, describeRegion, detailedCaption, groundPhrase, question } from '../text/prompts.ts'
import { isIrFolder } from '../ir/stamp.ts'
import type { ConditionalGeneration } from './conditional-generation.ts'
import { Kosmos2ForConditionalGeneration } from './kosmos2-for-conditional-generation.ts'
import type { ModelOptions } from './open-original.ts'
import { OVKosmos2ForConditionalGeneration } from './ov-kosmos2-for-conditional-generation.ts'

/** An answer about a picture. */
export interface Answer {
  /** What was asked and answered, without tags. */
  readonly text: string
  /** The phrases of `text` that have boxes: name, span in code points, boxes as fractions of width and height. */
  readonly entities: Entity[]
  /** What the model wrote, tags included. */
  readonly raw: string
}

/** How an answer is generated. @default max_new_tokens: 128, unless the checkpoint says otherwise */
export type AnswerOptions = Omit<
  GenerateOptions,
  'return_dict_in_generate' | 'output_scores' | 'num_return_sequences'
>

/** A text, and how likely the model holds it. */
export interface ScoredText {
  readonly text: string
  /** Natural logarithm of the likelihood that the model writes it next; longer texts have lower ones. */
  readonly logLikelihood: number
  /** The same as a mean over its tokens, which length does not lower. */
  readonly perToken: number
  /** Its share of the likelihood of all candidates together, 0 to 1. */
  readonly probability: number
}

const MAX_NEW_TOKENS = 128

/**
 * How a model is found and run: a checkpoint takes ModelOptions, an IR folder CompiledModelOptions. `onProgress` is called
 * in both cases with the bytes that are `loaded` of the `total`.
 */
export type Kosmos2Options = Omit<ModelOptions, 'onProgress'> &
  Omit<CompiledModelOptions, 'onProgress'> & {
    readonly onProgress?:
      ((progress: { readonly loaded: number; readonly total: number }) => void) | undefined
  }

/** Processor and model in one. `dispose` it when done. */
export class Kosmos2 {
  readonly processor: Kosmos2Processor
  readonly model: ConditionalGeneration
  /** Where it was read from; of a name on the hub, the snapshot in the cache. */
  readonly folder: string
  /** OpenVINO's device that a compiled model runs on; undefined for the original. */
  readonly device: string | undefined

  private constructor(
    processor: Kosmos2Processor,
    model: ConditionalGeneration,
    folder: string,
    device?: string,
  ) {
    this.processor = processor
    this.model = model
    this.folder = folder
    this.device = device
  }

  /**
   * Opens an IR folder as the compiled model, and a checkpoint as the original.
   * @param nameOrFolder - a folder, or a checkpoint's name on the Hugging Face hub
   * @throws {CheckpointError} saying what is missing or damaged
   * @throws {OpenVINOError} where an IR folder cannot be compiled
   * @throws {TypeError} for an option that the kind of folder does not have, such as a `device` for a checkpoint
   */
  static async from_pretrained(nameOrFolder: string, options: Kosmos2Options = {}): Promise<Kosmos2> {
    if (await isIrFolder(nameOrFolder)) {
      rejectUnknownOptions('an IR folder', options, COMPILED_OPTIONS)
      const processor = await Kosmos2Processor.from_pretrained(nameOrFolder)
      return new Kosmos2(
        processor,
        await OVKosmos2ForConditionalGeneration.from_pretrained(nameOrFolder, options),
        nameOrFolder,
        options.device ?? 'CPU',
      )
    }
    const { threads, ...where } = options
    const folder = await resolveCheckpoint(nameOrFolder, where)
    const processor = await Kosmos2Processor.from_pretrained(folder)
    return new Kosmos2(
      processor,
      await Kosmos2ForConditionalGeneration.from_pretrained(folder, { threads }),
      folder,
    )
  }

  /**
   * What is in the picture.
   * @param options - `detail`: several sentences in place of one; `grounded`: with boxes (default true); and how to generate
   */
  caption(
    image: ImageInput,
    options: AnswerOptions & { readonly detail?: boolean; readonly grounded?: boolean } = {},
  ): Promise<Answer> {
    const { detail = false, grounded = true, ...generation } = options
    return this.#answer(image, (detail ? detailedCaption : briefCaption)({ grounded }), generation)
  }

  /** Where a phrase is in the picture. @param phrase - such as `a snowman`, or `the dog on the left` */
  ground(image: ImageInput, phrase: string, options: AnswerOptions = {}): Promise<Answer> {
    return this.#answer(image, groundPhrase(phrase), options)
  }

  /** What is in a box of the picture. @param box - `{ pixels }`, `{ fractions }` or `{ patches }` */
  describe(image: ImageInput, box: BoxInput, options: AnswerOptions = {}): Promise<Answer> {
    return this.#answer(image, describeRegion(), options, box)
  }

  /** A question about the picture. @param options - `grounded`: with boxes (default false); and how to generate */
  ask(
    image: ImageInput,
    text: string,
    options: AnswerOptions & { readonly grounded?: boolean } = {},
  ): Promise<Answer> {
    const { grounded = false, ...generation } = options
    return this.#answer(image, question(text, { grounded }), generation)
  }

  /**
   * How likely texts are as what follows a prompt about the picture: a choice among them without a word generated.
   *
   *     const [best] = await kosmos.score('photo.jpg', '<grounding> An image of', ['a dog', 'a cat'])
   *
   * @param candidates - as they would be written after the prompt
   * @returns the candidates, the likeliest first
   * @throws {TypeError | RangeError} without candidates, or for one that is no text or empty
   */
  async score(
    image: ImageInput,
    prompt: string,
    candidates: readonly string[],
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<ScoredText[]> {
    const { processor, model } = this
    const continuations = answerTokens(processor.tokenizer, candidates)
    const inputs = await processor.call({
      text: prompt,
      images: image,
      num_image_tokens: model.config.latent_query_num,
      ...(options.signal && { signal: options.signal }),
    })
    const likelihoods = await model.score(inputs, continuations, options)
    const sums = likelihoods.map((own) => own.reduce((sum, value) => sum + value, 0))
    const { highest, sum } = softmaxDenominator(Float32Array.from(sums))
    return candidates
      .map((text, index) => ({
        text,
        logLikelihood: sums[index]!,
        perToken: sums[index]! / likelihoods[index]!.length,
        probability: Math.exp(sums[index]! - highest) / sum,
      }))
      .sort((a, b) => b.logLikelihood - a.logLikelihood)
  }

  /** As Kosmos2ForConditionalGeneration.dispose. */
  dispose(): Promise<void> {
    return this.model.dispose()
  }

  async #answer(image: ImageInput, text: string, options: AnswerOptions, box?: BoxInput): Promise<Answer> {
    const { processor, model } = this
    const inputs = await processor.call({
      text,
      images: image,
      num_image_tokens: model.config.latent_query_num,
      ...(box && { bboxes: [box] }),
    })
    const limited = options.max_length ?? options.max_new_tokens ?? model.generation_config.max_new_tokens
    const max_new_tokens = limited === undefined ? { max_new_tokens: MAX_NEW_TOKENS } : {}
    const ids = await model.generate({
      ...inputs,
      ...options,
      ...max_new_tokens,
      return_dict_in_generate: false,
    })
    const generated = processor.batch_decode(ids, { skip_special_tokens: true })[0]!
    const [answer, entities] = processor.post_process_generation(generated)
    return {
      text: answer,
      entities,
      raw: processor.post_process_generation(generated, { cleanup_and_extract: false }),
    }
  }
}
