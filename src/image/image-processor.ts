// The image processor of KOSMOS-2: pictures to pixel_values (transformers CLIPImageProcessor in its Pillow form,
// image_processing_backends.py).
import { ImageError, invalidType, show } from '../errors.ts'
import { float32, type Tensor } from '../tensor.ts'
import { centerCrop } from './center-crop.ts'
import { readImageConfig } from './image-config.ts'
import { type ImageInput } from './image-input.ts'
import {
  type ImageProcessorOptions,
  type ImageSettings,
  imageSettings,
  type PerChannel,
} from './image-settings.ts'
import { type HeightWidth, resizedSize, type Size } from './image-size.ts'
import { loadRgb } from './load-image.ts'
import type { Resampling } from './filter-weights.ts'
import { resize } from './resize.ts'
import { checkImageSize, type RgbImage } from './rgb-image.ts'

export type { ImageProcessorOptions } from './image-settings.ts'

/** What may differ for one call: every option, and a signal that stops between pictures. */
export interface ImageCallOptions extends ImageProcessorOptions {
  readonly signal?: AbortSignal
}

/** One picture, an array of pictures, or an array of such arrays, whose pictures are taken in order. */
export type ImageInputs = ImageInput | readonly ImageInput[] | readonly (readonly ImageInput[])[]

/** Pictures to `pixel_values`, equal to the reference's to the bit. Its settings have the reference's names. */
export class Kosmos2ImageProcessor implements ImageSettings {
  /** What the model takes from this processor. */
  readonly model_input_names: readonly string[] = ['pixel_values']
  readonly do_convert_rgb: boolean
  readonly do_resize: boolean
  readonly size: Size
  readonly resample: Resampling
  readonly do_center_crop: boolean
  readonly crop_size: HeightWidth
  readonly do_rescale: boolean
  readonly rescale_factor: number
  readonly do_normalize: boolean
  readonly image_mean: PerChannel
  readonly image_std: PerChannel

  /**
   * @throws {TypeError} for unknown options and those of the wrong kind
   * @throws {RangeError} for values out of range
   */
  constructor(options: ImageProcessorOptions = {}) {
    const settings = imageSettings('Kosmos2ImageProcessor', options)
    this.do_convert_rgb = settings.do_convert_rgb
    this.do_resize = settings.do_resize
    this.size = settings.size
    this.resample = settings.resample
    this.do_center_crop = settings.do_center_crop
    this.crop_size = settings.crop_size
    this.do_rescale = settings.do_rescale
    this.rescale_factor = settings.rescale_factor
    this.do_normalize = settings.do_normalize
    this.image_mean = settings.image_mean
    this.image_std = settings.image_std
  }

  /**
   * The image processor of a checkpoint folder, from its processor_config.json or preprocessor_config.json.
   * @throws {CheckpointError} NOT_FOUND if the folder has neither, BAD_CONFIG for what cannot be followed
   */
  static async from_pretrained(folder: string): Promise<Kosmos2ImageProcessor> {
    return new Kosmos2ImageProcessor(await readImageConfig(folder))
  }

  /**
   * Pictures as the model takes them.
   * @param options - differences from the processor's own settings, for this call
   * @returns float32 [B, 3, H, W]; where neither `do_rescale` nor `do_normalize` is set, whole numbers from 0 to 255
   * @throws {ImageError} for a picture that cannot be read, or would become too large; as `loadRgb`
   * @throws {TypeError} for what is no picture, unknown options, and those of the wrong kind
   * @throws {RangeError} for values out of range, and for pictures that come out in different sizes
   */
  async call(images: ImageInputs, options: ImageCallOptions = {}): Promise<{ pixel_values: Tensor }> {
    const { signal, ...changes } = options
    const settings = imageSettings('Kosmos2ImageProcessor.call', changes, this)
    const inputs = flatten(images)
    let batch: { readonly size: HeightWidth; readonly data: Float32Array } | undefined
    for (const [i, input] of inputs.entries()) {
      const name = inputs.length === 1 ? 'the picture' : `images[${i}]`
      const image = await prepare(input, name, settings, signal)
      batch ??= { size: image, data: new Float32Array(inputs.length * image.data.length) }
      if (image.height !== batch.size.height || image.width !== batch.size.width)
        throw new RangeError(
          `Expected pictures that come out in one size, ${dimensions(batch.size)} as the first, but ${name} comes out as ${dimensions(image)}: crop them, or give size a height and a width`,
        )
      writePixelValues(image, settings, batch.data.subarray(i * image.data.length))
    }
    const { size, data } = batch!
    return { pixel_values: float32(data, [inputs.length, 3, size.height, size.width]) }
  }

  /** The same as `call`, under the reference's other name. */
  async preprocess(images: ImageInputs, options: ImageCallOptions = {}): Promise<{ pixel_values: Tensor }> {
    return this.call(images, options)
  }
}

/** As transformers' make_flat_list_of_images: one picture, a list, or a list of lists. */
function flatten(images: unknown): readonly ImageInput[] {
  const list: readonly unknown[] = Array.isArray(images) ? images : [images]
  const flat = list.length > 0 && list.every((entry) => Array.isArray(entry)) ? list.flat() : list
  if (flat.length === 0) throw invalidType('images', 'at least one picture', images)
  const wrong = flat.findIndex((entry) => Array.isArray(entry))
  if (wrong >= 0)
    throw invalidType('images', 'a picture, an array of pictures or an array of arrays of pictures', images)
  return flat as readonly ImageInput[]
}

/** A picture in the size and the range of colours that the model sees. */
async function prepare(
  input: ImageInput,
  name: string,
  settings: ImageSettings,
  signal: AbortSignal | undefined,
): Promise<RgbImage> {
  const loaded = await loadNamed(input, name, signal)
  if (!settings.do_convert_rgb && !loaded.wasRgb)
    throw new TypeError(
      `Expected RGB pictures with do_convert_rgb: false but ${name} is ${show(input)}, of another kind`,
    )
  let image: RgbImage = loaded
  if (settings.do_resize) {
    const { height, width } = resizedSize(image, settings.size)
    if (height < 1 || width < 1)
      throw new RangeError(
        `Expected a size that leaves each side at least 1 pixel but ${show(settings.size)} makes ${name} of ${dimensions(image)} ${height} x ${width}`,
      )
    checkImageSize({ height, width }, `${name}, resized by ${show(settings.size)},`)
    image = await resize(image, width, height, settings.resample)
  }
  if (!settings.do_center_crop) return image
  checkImageSize(settings.crop_size, 'crop_size')
  return centerCrop(image, settings.crop_size)
}

/** In a batch, an error about a picture says which one. */
async function loadNamed(input: ImageInput, name: string, signal: AbortSignal | undefined) {
  try {
    return await loadRgb(input, { signal })
  } catch (error) {
    if (!(error instanceof ImageError) || !name.startsWith('images')) throw error
    throw new ImageError(error.code, `${name}: ${error.message}`, { cause: error })
  }
}

/** Writes a picture plane by plane. */
function writePixelValues(image: RgbImage, settings: ImageSettings, into: Float32Array): void {
  const planeSize = image.height * image.width
  for (let channel = 0; channel < 3; channel++) {
    const values = valueTable(settings, channel)
    const plane = into.subarray(channel * planeSize, (channel + 1) * planeSize)
    for (let i = 0, from = channel; i < planeSize; i++, from += 3) plane[i] = values[image.data[from]!]!
  }
}

/**
 * What each of the 256 values of a channel becomes. The rounding is NumPy's: the product is made in double precision and
 * rounded to single, the rest is in single precision.
 */
function valueTable(settings: ImageSettings, channel: number): Float32Array {
  const mean = Math.fround(settings.image_mean[channel]!)
  const std = Math.fround(settings.image_std[channel]!)
  return new Float32Array(256).map((_, value) => {
    const rescaled = settings.do_rescale ? Math.fround(value * settings.rescale_factor) : value
    return settings.do_normalize ? Math.fround(rescaled - mean) / std : rescaled
  })
}

function dimensions({ height, width }: HeightWidth): string {
  return `${height} x ${width}`
}
