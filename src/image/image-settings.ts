// The options of the image processor: their defaults (transformers models/clip/image_processing_pil_clip.py), and their
// checks.
import { invalidRange, invalidType, rejectUnknownOptions } from '../errors.ts'
import {
  checkHeightWidth,
  checkSize,
  type HeightWidth,
  type Size,
  type SizeInput,
  squareSize,
} from './image-size.ts'
import { Resampling } from './filter-weights.ts'

/** A value for each of red, green and blue. */
export type PerChannel = readonly [red: number, green: number, blue: number]

/** What is done to a picture, in this order. */
export interface ImageSettings {
  /** Whether pictures of other kinds become RGB first; if not they are refused. */
  readonly do_convert_rgb: boolean
  readonly do_resize: boolean
  readonly size: Size
  /** The filter: 0 nearest, 1 Lanczos, 2 bilinear, 3 bicubic, 4 box, 5 Hamming. */
  readonly resample: Resampling
  /** Whether the middle is cut out; what is smaller gets black borders. */
  readonly do_center_crop: boolean
  readonly crop_size: HeightWidth
  /** Whether the values, 0 to 255, are multiplied by `rescale_factor`. */
  readonly do_rescale: boolean
  readonly rescale_factor: number
  /** Whether `image_mean` is subtracted, and the rest divided by `image_std`. */
  readonly do_normalize: boolean
  readonly image_mean: PerChannel
  readonly image_std: PerChannel
}

/** The options of `Kosmos2ImageProcessor`, named as in the reference. */
export interface ImageProcessorOptions extends Partial<
  Omit<ImageSettings, 'size' | 'crop_size' | 'image_mean' | 'image_std'>
> {
  /** What the sides become; default the shortest edge 224. A number is the shortest edge. */
  readonly size?: SizeInput
  /** What is cut out; default 224 by 224. A number is both sides. */
  readonly crop_size?: number | readonly [height: number, width: number] | HeightWidth
  /** Default CLIP's; one number is for all channels. */
  readonly image_mean?: number | readonly number[]
  /** Default CLIP's; one number is for all channels. */
  readonly image_std?: number | readonly number[]
  /** Whether a number for `size` is both sides instead of the shortest edge; default false. */
  readonly default_to_square?: boolean
  /** Whether pictures become squares of `size`, whatever form that has: old configurations of KOSMOS-2 say so. */
  readonly use_square_size?: boolean
}

const DEFAULTS: ImageSettings = {
  do_convert_rgb: true,
  do_resize: true,
  size: { shortest_edge: 224 },
  resample: Resampling.BICUBIC,
  do_center_crop: true,
  crop_size: { height: 224, width: 224 },
  do_rescale: true,
  rescale_factor: 1 / 255,
  do_normalize: true,
  // Of the pictures that CLIP was trained on.
  image_mean: [0.48145466, 0.4578275, 0.40821073],
  image_std: [0.26862954, 0.26130258, 0.27577711],
}

/** The names of the options. */
export const IMAGE_PROCESSOR_OPTIONS = [
  ...(Object.keys(DEFAULTS) as (keyof ImageSettings)[]),
  'default_to_square',
  'use_square_size',
] as const satisfies readonly (keyof ImageProcessorOptions)[]

/**
 * The settings that options make.
 * @param where - whose options they are, for messages
 * @param options - what is left out, or null, keeps its value in `base`
 * @throws {TypeError} for unknown options and those of the wrong kind
 * @throws {RangeError} for values out of range
 */
export function imageSettings(
  where: string,
  options: unknown,
  base: ImageSettings = DEFAULTS,
): ImageSettings {
  if (typeof options !== 'object' || options === null)
    throw invalidType(`the options of ${where}`, 'an object such as { size: 224 }', options)
  rejectUnknownOptions(where, options, IMAGE_PROCESSOR_OPTIONS)
  const given = options as Partial<Record<(typeof IMAGE_PROCESSOR_OPTIONS)[number], unknown>>
  const flag = (name: keyof typeof given, otherwise: boolean) => {
    const value = given[name] ?? otherwise
    if (typeof value !== 'boolean') throw invalidType(name, 'true or false', value)
    return value
  }
  const square = flag('default_to_square', false)
  const size = checkSize('size', given.size ?? base.size, square)
  return {
    do_convert_rgb: flag('do_convert_rgb', base.do_convert_rgb),
    do_resize: flag('do_resize', base.do_resize),
    size: flag('use_square_size', false) ? squareSize(size) : size,
    resample: checkResample(given.resample ?? base.resample),
    do_center_crop: flag('do_center_crop', base.do_center_crop),
    crop_size: checkHeightWidth('crop_size', given.crop_size ?? base.crop_size),
    do_rescale: flag('do_rescale', base.do_rescale),
    rescale_factor: checkNumber('rescale_factor', given.rescale_factor ?? base.rescale_factor),
    do_normalize: flag('do_normalize', base.do_normalize),
    image_mean: checkPerChannel('image_mean', given.image_mean ?? base.image_mean),
    image_std: checkPerChannel('image_std', given.image_std ?? base.image_std).map(
      checkDivisor,
    ) as unknown as PerChannel,
  }
}

function checkResample(resample: unknown): Resampling {
  if (!Object.values(Resampling).includes(resample as Resampling))
    throw invalidRange(
      'resample',
      'a filter: 0 nearest, 1 Lanczos, 2 bilinear, 3 bicubic, 4 box or 5 Hamming',
      resample,
    )
  return resample as Resampling
}

function checkNumber(name: string, value: unknown): number {
  if (typeof value !== 'number') throw invalidType(name, 'a number', value)
  if (!Number.isFinite(value)) throw invalidRange(name, 'a finite number', value)
  return value
}

function checkPerChannel(name: string, value: unknown): PerChannel {
  const values = Array.isArray(value) ? (value as unknown[]) : [value, value, value]
  if (values.length !== 3) throw invalidRange(name, 'a number, or three for red, green and blue', value)
  return values.map((one) => checkNumber(name, one)) as unknown as PerChannel
}

function checkDivisor(value: number): number {
  if (value === 0) throw invalidRange('image_std', 'numbers other than 0', value)
  return value
}
