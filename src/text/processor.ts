// The processor of KOSMOS-2: texts, pictures and boxes to what the model takes, and what the model writes to captions
// with entities. Source of the behaviour: transformers processing_kosmos2.py.
import { type ResolveOptions, resolveCheckpoint } from '../checkpoint/hub.ts'
import { CheckpointError, invalidType, rejectUnknownOptions } from '../errors.ts'
import type { ImageInput } from '../image/image-input.ts'
import { Kosmos2ImageProcessor } from '../image/image-processor.ts'
import { type RgbImage, loadRgb } from '../image/load-image.ts'
import { type ImageSize, checkImageSize } from './boxes.ts'
import { encodeWithImages } from './image-slots.ts'
import { flag, wholeNumber } from './encode-options.ts'
import { warnWithoutGrounding } from './grounding-warning.ts'
import { type Entity, cleanTextAndExtractEntities, entitiesInPixels } from './post-process.ts'
import { readPatchIndexCount } from './processor-config.ts'
import {
  type CheckedCall,
  type Kosmos2Inputs,
  type PixelInputs,
  type ProcessorArrays,
  type ProcessorOptions,
  type TextInputs,
  checkCall,
} from './processor-options.ts'
import { type NamedBoxes, boxesPerText, buildPrompt, checkImageCount, needImageSize } from './prompt.ts'
import { type BatchFields, nested, toTensors, unbatch } from './rows.ts'
import { END_OF_IMAGE, TAG_TOKENS, patchIndexToken } from './tags.ts'
import { checkTexts } from './texts.ts'
import type { TokenIdRows, TokenIds } from './token-ids.ts'
import { type DecodeOptions, Kosmos2Tokenizer } from './tokenizer.ts'

/** Options of `call` with at least a text. */
type WithText = ProcessorOptions & { readonly text: string | readonly string[] }
/** Options of `call` with at least a picture. */
type WithImages = ProcessorOptions & { readonly images: ImageInput | readonly ImageInput[] }

/** How `post_process_generation` gives its result. */
export interface PostProcessOptions {
  /** Whether tags are removed and entities gathered; `false` gives the text after the picture as it is. Default true. */
  readonly cleanup_and_extract?: boolean
  /** The size of the picture: boxes are then in its pixels, in place of fractions. */
  readonly image_size?: ImageSize | null
}

/** Texts, pictures and boxes to model inputs, and generated text back to captions and entities. */
export class Kosmos2Processor {
  readonly image_processor: Kosmos2ImageProcessor
  readonly tokenizer: Kosmos2Tokenizer
  /** How many patch indices the vocabulary has: the square of the cells along each side of the grid. */
  readonly num_patch_index_tokens: number
  readonly #patchesPerSide: number

  /**
   * @param num_patch_index_tokens - an integer from 1, 1024 in the published model
   * @throws {CheckpointError} `BAD_TOKENIZER` if the tokenizer lacks a tag or a patch index
   */
  constructor(
    image_processor: Kosmos2ImageProcessor,
    tokenizer: Kosmos2Tokenizer,
    num_patch_index_tokens = 1024,
  ) {
    wholeNumber('num_patch_index_tokens', num_patch_index_tokens, 1)
    this.image_processor = image_processor
    this.tokenizer = tokenizer
    this.num_patch_index_tokens = num_patch_index_tokens
    this.#patchesPerSide = Math.floor(Math.sqrt(num_patch_index_tokens))
    const added = tokenizer.get_added_vocab()
    const expect = (token: string): void => {
      if (!added.has(token))
        throw new CheckpointError(
          'BAD_TOKENIZER',
          `The tokenizer is not one of KOSMOS-2 with ${num_patch_index_tokens} patch indices: it has no token ${token}`,
        )
    }
    TAG_TOKENS.forEach(expect)
    for (let index = 0; index < num_patch_index_tokens; index++) expect(patchIndexToken(index))
  }

  /**
   * Reads the processor of a checkpoint, in the layout with processor_config.json or the older one without it.
   * @param nameOrFolder - the checkpoint's folder, or its name on the Hugging Face hub; weights are not downloaded
   * @throws {CheckpointError} saying what is missing or damaged
   */
  static async from_pretrained(
    nameOrFolder: string,
    options: ResolveOptions = {},
  ): Promise<Kosmos2Processor> {
    const folder = await resolveCheckpoint(nameOrFolder, options, 'processor')
    // One after the other: of several missing files it is always the same one that is named.
    const patches = await readPatchIndexCount(folder)
    const image_processor = await Kosmos2ImageProcessor.from_pretrained(folder)
    return new Kosmos2Processor(image_processor, await Kosmos2Tokenizer.from_pretrained(folder), patches)
  }

  /** The names of all that `call` gives for a text with a picture. */
  get model_input_names(): string[] {
    return [
      ...this.tokenizer.model_input_names,
      ...this.image_processor.model_input_names,
      'image_embeds_position_mask',
    ]
  }

  /**
   * Prepares texts, pictures or both for the model.
   *
   * Emits the process warning `KOSMOS2_NO_GROUNDING`, once in a process, for a prompt with a phrase to be found but
   * without `<grounding>`.
   * @returns `input_ids`, `attention_mask` and `image_embeds_position_mask` int64 [B, S], `pixel_values` float32
   *   [B, 3, H, W]; with `return_tensors: null` nested arrays, flat for one text
   * @throws {TypeError} for options that are unknown or of the wrong kind
   * @throws {RangeError} for numbers of texts, pictures, phrases and boxes that do not fit one another, for a
   *   `max_length` that leaves no room for the picture, and for rows of different length where tensors are asked for
   * @throws {ImageError} for a picture that cannot be read
   */
  async call(options: ProcessorOptions & { readonly return_tensors: null }): Promise<ProcessorArrays>
  async call(options: WithText & WithImages): Promise<Kosmos2Inputs>
  async call(options: WithText): Promise<TextInputs>
  async call(options: WithImages): Promise<PixelInputs>
  async call(options: ProcessorOptions): Promise<Partial<Kosmos2Inputs>>
  async call(options: ProcessorOptions): Promise<Partial<Kosmos2Inputs> | ProcessorArrays> {
    const call = checkCall(options, this.tokenizer.length, this.tokenizer.num_image_tokens)
    const { images, sizes } = await this.#readSizes(call)
    const textFields = this.#encode(call, sizes)
    const pixels = images && (await this.image_processor.call(images, call.imageOptions))
    if (call.tensors) return { ...pixels, ...toTensors(textFields) }
    return {
      ...(pixels && { pixel_values: nested(pixels.pixel_values) }),
      ...(call.singleText ? unbatch(textFields) : textFields),
    }
  }

  /** The pictures, and where boxes are given in pixels their sizes: for these they are read here, and only once. */
  async #readSizes({ images, boxes, imageOptions: { signal } }: CheckedCall): Promise<{
    images: readonly ImageInput[] | undefined
    sizes: readonly ImageSize[]
  }> {
    if (images === undefined || !boxes.some(({ bboxes }) => needImageSize(bboxes)))
      return { images, sizes: [] }
    const loaded: RgbImage[] = []
    for (const image of images) loaded.push(await loadRgb(image, { signal }))
    return { images: loaded, sizes: loaded }
  }

  #encode(call: CheckedCall, sizes: readonly (ImageSize | undefined)[]): BatchFields {
    const { texts, images, singleText, numImageTokens, addSpecialTokens, addEosToken } = call
    if (texts === undefined) return {}
    const prompts = this.#prompts(texts, images, call.boxes, numImageTokens, sizes)
    if (call.verbose) prompts.forEach(warnWithoutGrounding)
    const { tokenizer } = this
    // Without </s> the tokenizer adds no special tokens at all, and <s> is part of the text: truncation may cut it.
    const bosAsText = addSpecialTokens && !addEosToken ? tokenizer.bos_token : ''
    const encoded = prompts.map((prompt) => bosAsText + prompt)
    const options = { ...call.encodeOptions, add_special_tokens: addSpecialTokens && addEosToken }
    if (images === undefined) return { ...tokenizer.call(encoded, { ...options, return_tensors: null }) }
    return encodeWithImages(tokenizer, encoded, options, singleText, {
      before: addSpecialTokens ? 1 : 0,
      count: numImageTokens,
      firstId: call.firstImageTokenId ?? tokenizer.unk_token_id + 1,
    })
  }

  /**
   * The prompts that `call` encodes: picture placeholders in front, patch indices after their phrases.
   * @param texts - one text or several
   * @param images - only whether there are some counts; with several texts an array with an entry a text, null for none
   * @param bboxes - as in `call`
   * @param num_image_tokens - how many places a picture takes, an integer from 0
   * @param image_sizes - the pictures' sizes, for boxes in pixels
   * @throws {TypeError} for arguments of the wrong kind
   * @throws {RangeError} for numbers of texts, pictures, phrases and boxes that do not fit one another
   */
  preprocess_examples(
    texts: string,
    images?: unknown,
    bboxes?: ProcessorOptions['bboxes'],
    num_image_tokens?: number,
    image_sizes?: readonly (ImageSize | undefined)[],
  ): string
  preprocess_examples(
    texts: readonly string[],
    images?: unknown,
    bboxes?: ProcessorOptions['bboxes'],
    num_image_tokens?: number,
    image_sizes?: readonly (ImageSize | undefined)[],
  ): string[]
  preprocess_examples(
    texts: string | readonly string[],
    images: unknown = null,
    bboxes: ProcessorOptions['bboxes'] = null,
    num_image_tokens = 64,
    image_sizes: readonly (ImageSize | undefined)[] = [],
  ): string | string[] {
    const single = typeof texts === 'string'
    const list = checkTexts('texts', texts)
    const pictures = images === null ? undefined : Array.isArray(images) ? (images as unknown[]) : [images]
    if (pictures !== undefined) checkImageCount(list.length, pictures.length)
    const boxes = boxesPerText(bboxes, list.length, single)
    const slots = wholeNumber('num_image_tokens', num_image_tokens, 0, this.tokenizer.length) ?? 64
    const prompts = this.#prompts(list, pictures, boxes, slots, image_sizes)
    return single ? prompts[0]! : prompts
  }

  #prompts(
    texts: readonly string[],
    images: readonly unknown[] | undefined,
    boxes: readonly NamedBoxes[],
    slots: number,
    sizes: readonly (ImageSize | undefined)[],
  ): string[] {
    return texts.map((text, index) =>
      buildPrompt({
        text,
        imageSlots: (images?.[index] ?? null) === null ? undefined : slots,
        ...boxes[index]!,
        imageSize: sizes[index],
        patchesPerSide: this.#patchesPerSide,
      }),
    )
  }

  /** As `tokenizer.decode`. */
  decode(token_ids: TokenIds | number | bigint, options: DecodeOptions = {}): string {
    return this.tokenizer.decode(token_ids, options)
  }

  /** As `tokenizer.batch_decode`: int64 tensor [B, S], `{ sequences }` or nested arrays to texts. */
  batch_decode(sequences: TokenIdRows, options: DecodeOptions = {}): string[] {
    return this.tokenizer.batch_decode(sequences, options)
  }

  /**
   * What the model wrote after the picture: the caption without tags, and its entities.
   * @param text - decoded output of the model
   * @returns the caption and the entities `[name, [start, end], [[x1, y1, x2, y2], ...]]`, spans in code points of the
   *   caption, boxes as fractions of the picture or in pixels with `image_size`; with `cleanup_and_extract: false` the
   *   text itself
   * @throws {TypeError} if an argument is of the wrong kind
   */
  post_process_generation(
    text: string,
    options: PostProcessOptions & { readonly cleanup_and_extract: false },
  ): string
  post_process_generation(
    text: string,
    options?: PostProcessOptions & { readonly cleanup_and_extract?: true },
  ): [caption: string, entities: Entity[]]
  post_process_generation(
    text: string,
    options: PostProcessOptions,
  ): string | [caption: string, entities: Entity[]]
  post_process_generation(
    text: string,
    options: PostProcessOptions = {},
  ): string | [caption: string, entities: Entity[]] {
    if (typeof text !== 'string') throw invalidType('text', 'a string', text)
    rejectUnknownOptions('post_process_generation', options, ['cleanup_and_extract', 'image_size'])
    const size = options.image_size ?? undefined
    if (size !== undefined) checkImageSize('image_size', size)
    const generated = text.split(END_OF_IMAGE).at(-1)!
    if (!flag('cleanup_and_extract', options.cleanup_and_extract, true)) return generated
    const [caption, entities] = cleanTextAndExtractEntities(generated, this.#patchesPerSide)
    return [caption, size === undefined ? entities : entitiesInPixels(entities, size)]
  }

  /**
   * Decodes what `generate` gave to the texts after the picture, tags included.
   * @param generated_outputs - as for `batch_decode`
   */
  post_process_image_text_to_text(generated_outputs: TokenIdRows, options: DecodeOptions = {}): string[] {
    return this.batch_decode(generated_outputs, { skip_special_tokens: true, ...options }).map((text) =>
      this.post_process_generation(text, { cleanup_and_extract: false }),
    )
  }
}
