// The short way: processor and model together, a picture in, a caption and its boxes out.
import { resolveCheckpoint } from '../checkpoint/hub.ts'
import { COMPILED_OPTIONS, type CompiledModelOptions } from '../compiled/open-compiled.ts'
import { rejectUnknownOptions } from '../errors.ts'
import type { ImageInput } from '../image/image-input.ts'
import type { Answer, AnswerOptions, Answers } from './answer.ts'
import { ask, type AskOptions } from './ask.ts'
import { caption, type CaptionOptions } from './caption.ts'
import { complete, type Completion } from './complete.ts'
import { describe, type DescribeOptions } from './describe.ts'
import { ground, type GroundOptions } from './ground.ts'
import { locate } from './locate.ts'
import { type CloserBox, lookCloser, type LookCloserOptions } from './look-closer.ts'
import { type Look, look } from './look.ts'
import { rankBoxes, type RankBoxesOptions, type RankedBox } from './rank-boxes.ts'
import { score, type ScoredText } from './score.ts'
import type { BoxInput } from '../text/boxes.ts'
import { Kosmos2Processor } from '../text/processor.ts'
import { isIrFolder } from '../ir/stamp.ts'
import type { ConditionalGeneration } from '../model/conditional-generation.ts'
import { Kosmos2ForConditionalGeneration } from '../model/kosmos2-for-conditional-generation.ts'
import { checkModelOptions, type ModelOptions } from '../model/open-original.ts'
import { OVKosmos2ForConditionalGeneration } from '../model/ov-kosmos2-for-conditional-generation.ts'

/**
 * How a model is found and run: a checkpoint takes ModelOptions, an IR folder CompiledModelOptions. Both take `threads`, and
 * `onProgress` is called in both cases with the bytes that are `loaded` of the `total`.
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
    checkModelOptions(options)
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
   * What is in the picture, or in each of several.
   * @param options - `detail`: several sentences in place of one; `grounded`: with boxes (default true); and how to generate
   */
  caption<Image extends ImageInput | readonly ImageInput[]>(
    image: Image,
    options?: CaptionOptions,
  ): Promise<Answers<Image>> {
    return caption(this, image, options)
  }

  /** Where a phrase is in the picture: all things that it means. @param phrase - such as `a snowman`, or `two dogs` */
  ground<Image extends ImageInput | readonly ImageInput[]>(
    image: Image,
    phrase: string,
    options?: GroundOptions,
  ): Promise<Answers<Image>> {
    return ground(this, image, phrase, options)
  }

  /** Where the one thing is that an expression means: one box. @param expression - such as `the dog on the left` */
  locate<Image extends ImageInput | readonly ImageInput[]>(
    image: Image,
    expression: string,
    options?: AnswerOptions,
  ): Promise<Answers<Image>> {
    return locate(this, image, expression, options)
  }

  /**
   * The boxes that are likeliest for a phrase, with probabilities: where else it might be.
   * @returns at least one, the likeliest first
   */
  rankBoxes(image: ImageInput, phrase: string, options?: RankBoxesOptions): Promise<RankedBox[]> {
    return rankBoxes(this, image, phrase, options)
  }

  /**
   * Finer boxes for checkpoints without a box refiner: each box of an answer is looked at again, in windows cut out around
   * it.
   *
   *     const answer = await kosmos.caption('photo.jpg')
   *     const [first] = await kosmos.lookCloser('photo.jpg', answer)
   *
   * @param answer - about this picture
   * @param options - `shares`: how large the box is in each window; `finer: false` for models that were not trained for
   * boxes between the cells, such as the published one
   * @returns in the order of `answer.boxes`
   */
  lookCloser(image: ImageInput, answer: Answer, options?: LookCloserOptions): Promise<CloserBox[]> {
    return lookCloser(this, image, answer, options)
  }

  /**
   * What is in a box of the picture.
   * @param box - `{ pixels }`, `{ fractions }` or `{ patches }`; for several pictures a list with one for each
   */
  describe<Image extends ImageInput | readonly ImageInput[]>(
    image: Image,
    box: Image extends readonly ImageInput[] ? readonly BoxInput[] : BoxInput,
    options?: DescribeOptions,
  ): Promise<Answers<Image>> {
    return describe(this, image, box, options)
  }

  /** A question about the picture. @param options - `grounded`: with boxes (default false); and how to generate */
  ask<Image extends ImageInput | readonly ImageInput[]>(
    image: Image,
    text: string,
    options?: AskOptions,
  ): Promise<Answers<Image>> {
    return ask(this, image, text, options)
  }

  /**
   * Looks at a picture once, for several tasks about it: each answer then begins sooner.
   *
   *     const picture = await kosmos.look('photo.jpg')
   *     await picture.caption()
   *     await picture.ask('What is on the left?')
   */
  look(image: ImageInput, options?: { readonly signal?: AbortSignal | undefined }): Promise<Look> {
    return look(this, image, options)
  }

  /** Continues a text without any picture. */
  complete(text: string, options?: Omit<AnswerOptions, 'wellFormed'>): Promise<Completion> {
    return complete(this, text, options)
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
  score(
    image: ImageInput,
    prompt: string,
    candidates: readonly string[],
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<ScoredText[]> {
    return score(this, image, prompt, candidates, options)
  }

  /** As Kosmos2ForConditionalGeneration.dispose. */
  dispose(): Promise<void> {
    return this.model.dispose()
  }
}
