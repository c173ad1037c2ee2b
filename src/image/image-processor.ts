// The image processor of KOSMOS-2: pictures to pixel_values.
import { float32, type Tensor } from '../tensor.ts'
import type { ImageInput } from './image-input.ts'
import { loadRgb } from './load-image.ts'

/** The options of `Kosmos2ImageProcessor`, named as in the reference. */
export interface ImageProcessorOptions {
  readonly do_resize?: boolean
  readonly size?:
    number | { readonly shortest_edge: number } | { readonly height: number; readonly width: number }
  readonly resample?: number
  readonly do_center_crop?: boolean
  readonly crop_size?: number | { readonly height: number; readonly width: number }
  readonly do_rescale?: boolean
  readonly rescale_factor?: number
  readonly do_normalize?: boolean
  readonly image_mean?: number | readonly number[]
  readonly image_std?: number | readonly number[]
  readonly do_convert_rgb?: boolean
  readonly use_square_size?: boolean
}

/** What may differ for one call: every option, and a signal that stops reading. */
export interface ImageCallOptions extends ImageProcessorOptions {
  readonly signal?: AbortSignal
}

/** One picture, or arrays of pictures, which are taken in order. */
export type ImageInputs = ImageInput | readonly ImageInputs[]

/** Pictures to `pixel_values`, as the reference's CLIPImageProcessor makes them. */
export class Kosmos2ImageProcessor {
  /** What the model takes from this processor. */
  readonly model_input_names = ['pixel_values'] as const
  readonly options: ImageProcessorOptions
  constructor(options: ImageProcessorOptions = {}) {
    this.options = options
  }

  /** float32 [B, 3, H, W] of one picture or several. */
  async call(images: ImageInputs, options: ImageCallOptions = {}): Promise<{ pixel_values: Tensor }> {
    return this.preprocess(images, options)
  }

  /** As `call`. */
  async preprocess(images: ImageInputs, options: ImageCallOptions = {}): Promise<{ pixel_values: Tensor }> {
    const image = await loadRgb(images as ImageInput, options)
    const pixels = Float32Array.from(image.data)
    return { pixel_values: float32(pixels, [1, 3, image.height, image.width]) }
  }
}
