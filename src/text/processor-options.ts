// What `Kosmos2Processor.call` takes and gives.
import { invalidRange, invalidType, rejectUnknownOptions } from '../errors.ts'
import type { ImageInput } from '../image/image-input.ts'
import type { ImageCallOptions } from '../image/image-processor.ts'
import { IMAGE_PROCESSOR_OPTIONS } from '../image/image-settings.ts'
import type { Tensor } from '../tensor.ts'
import type { PhraseBoxes } from './boxes.ts'
import { ENCODE_OPTIONS, type EncodeOptions, flag, wantsTensors, wholeNumber } from './encode-options.ts'
import { type NamedBoxes, boxesPerText, checkImageCount } from './prompt.ts'
import { checkTexts } from './texts.ts'
import type { TokenizerOutput } from './tokenizer.ts'

/**
 * Texts, pictures or both, and the options of the tokenizer and of the image processor. Null counts as not given.
 *
 * With pictures some options differ, as in the reference: one text is never padded; several are always padded, at least
 * to the longest, and on `processor.tokenizer.padding_side` whatever `padding_side` says; `max_length` cuts unless
 * `truncation` is false, whatever `padding` says.
 */
export interface ProcessorOptions extends EncodeOptions, ImageCallOptions {
  /** One prompt, or several. */
  readonly text?: string | readonly string[] | null
  /** One picture, or an array with one picture a text. */
  readonly images?: ImageInput | readonly ImageInput[] | null
  /**
   * The boxes of the phrases (`<phrase>...</phrase>`) in the text: for each phrase a box, several boxes, or null. For
   * an array of texts an array of these.
   */
  readonly bboxes?: readonly PhraseBoxes[] | readonly (readonly PhraseBoxes[] | null)[] | null
  /**
   * How many places a picture takes in the prompt, the model's `latent_query_num`; an integer from 0. Default
   * `processor.tokenizer.num_image_tokens`.
   */
  readonly num_image_tokens?: number
  /** The id in the first of these places, the others count up from it; default the one after `<unk>`. */
  readonly first_image_token_id?: number | null
  /** Whether `</s>` ends each text, if special tokens are added; default false, for the model is to go on. */
  readonly add_eos_token?: boolean
}

/** What `call` gives for texts: int64 [B, S], and further fields as asked for. */
export type TextInputs = TokenizerOutput<Tensor, Tensor>

/** What `call` gives for pictures. */
export interface PixelInputs {
  /** float32 [B, 3, H, W]. */
  readonly pixel_values: Tensor
}

/** What `call` gives for texts with pictures, and what `generate` and `forward` take. */
export interface Kosmos2Inputs extends TextInputs, PixelInputs {
  /** int64 [B, S]: 1 in the places that the picture takes. */
  readonly image_embeds_position_mask: Tensor
}

/** What `call` gives with `return_tensors: null`: arrays, flat for one text, nested for several. */
export interface ProcessorArrays extends Partial<TokenizerOutput<number[] | number[][]>> {
  readonly image_embeds_position_mask?: number[] | number[][]
  /** [B][3][H][W]. */
  readonly pixel_values?: number[][][][]
}

const IMAGE_OPTIONS = [...IMAGE_PROCESSOR_OPTIONS, 'signal'] as const

const PROMPT_OPTIONS = [
  'text',
  'images',
  'bboxes',
  'num_image_tokens',
  'first_image_token_id',
  'add_eos_token',
] as const

/** The options of one call, checked and sorted by who needs them. */
export interface CheckedCall {
  /** Undefined without text. */
  readonly texts: readonly string[] | undefined
  readonly singleText: boolean
  /** Undefined without pictures. */
  readonly images: readonly ImageInput[] | undefined
  /** The boxes of each text. */
  readonly boxes: readonly NamedBoxes[]
  readonly numImageTokens: number
  readonly firstImageTokenId: number | undefined
  readonly addSpecialTokens: boolean
  readonly addEosToken: boolean
  readonly tensors: boolean
  readonly verbose: boolean
  readonly encodeOptions: EncodeOptions
  readonly imageOptions: ImageCallOptions
}

/**
 * Checks the options of a call as far as they can be without looking at pictures and phrases.
 * @param vocabulary - how many ids there are
 * @param imageTokens - how many places a picture takes where the options do not say
 * @throws {TypeError} for unknown options, options of the wrong kind, neither text nor pictures
 * @throws {RangeError} for numbers out of range
 */
export function checkCall(options: ProcessorOptions, vocabulary: number, imageTokens: number): CheckedCall {
  if (typeof options !== 'object' || (options as unknown) === null)
    throw invalidType('options', 'an object such as { text, images }', options)
  rejectUnknownOptions('processor.call', options, [...PROMPT_OPTIONS, ...ENCODE_OPTIONS, ...IMAGE_OPTIONS])
  const text = options.text ?? undefined
  const images = options.images ?? undefined
  if (text === undefined && images === undefined)
    throw new TypeError('Expected text, images or both for processor.call but received neither')
  if (text === undefined && (options.bboxes ?? undefined) !== undefined)
    throw new TypeError('Expected text with phrases for bboxes to belong to, but received no text')
  if (Array.isArray(images) && images.length === 0)
    throw invalidRange('images', 'at least one picture', images)
  if (images !== undefined && options.return_attention_mask === false)
    throw new TypeError('return_attention_mask: false cannot be had with images: the model needs the mask')
  if (images !== undefined && options.return_overflowing_tokens === true)
    throw new TypeError(
      'return_overflowing_tokens cannot be had with images: the rows cut off would have no place for the picture',
    )
  const texts = text === undefined ? undefined : checkTexts('text', text)
  const singleText = typeof text === 'string'
  const pictures = images === undefined ? undefined : Array.isArray(images) ? images : [images as ImageInput]
  if (texts !== undefined && pictures !== undefined) checkImageCount(texts.length, pictures.length)
  return {
    texts,
    singleText,
    images: pictures,
    boxes: texts === undefined ? [] : boxesPerText(options.bboxes, texts.length, singleText),
    numImageTokens: wholeNumber('num_image_tokens', options.num_image_tokens, 0, vocabulary) ?? imageTokens,
    firstImageTokenId: wholeNumber('first_image_token_id', options.first_image_token_id, 0),
    addSpecialTokens: flag('add_special_tokens', options.add_special_tokens, true),
    addEosToken: flag('add_eos_token', options.add_eos_token, false),
    tensors: wantsTensors(options.return_tensors, true),
    verbose: flag('verbose', options.verbose, true),
    encodeOptions: pick(options, ENCODE_OPTIONS),
    imageOptions: pick(options, IMAGE_OPTIONS),
  }
}

/** The given ones of some options. */
function pick<T extends object, K extends keyof T>(options: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(
    names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
  ) as Pick<T, K>
}
