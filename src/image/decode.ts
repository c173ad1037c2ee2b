// Picture files to RGB pixels. sharp decodes; what it would do to the colours on the way is switched off, and what Pillow
// does instead (libImaging/Convert.c, Unpack.c) is done here.
import sharp, { type Metadata, type Sharp, type SharpOptions } from 'sharp'
import { ImageError, type ImageErrorCode } from '../errors.ts'
import { decodeGif } from './gif.ts'
import { IMAGE_FORMATS, type ImageFormat, imageFormat } from './image-format.ts'
import { orient, orientationOf } from './orientation.ts'
import type { EncodedImage } from './read-encoded.ts'
import { checkImageSize, type LoadedImage, type RgbImage } from './rgb-image.ts'

/**
 * Decodes the bytes of a picture's file.
 * @throws {ImageError} NOT_AN_IMAGE, DAMAGED or TOO_LARGE
 */
export async function decodeEncoded(encoded: EncodedImage, maxPixels?: number): Promise<LoadedImage> {
  const format = imageFormat(encoded.bytes)
  if (format === undefined) throw unknownFormat(encoded)
  if (format === 'gif') return { ...decodeGif(encoded.bytes, encoded.name, maxPixels), wasRgb: false }
  return decode(encoded, format, maxPixels)
}

/**
 * The pixels of a sharp instance: what it would write as 8-bit sRGB, with its own conversion of other colours, but
 * without alpha and with EXIF orientation applied.
 * @throws {ImageError} NOT_FOUND, NOT_AN_IMAGE, DAMAGED or TOO_LARGE
 */
export async function decodeSharp(instance: Sharp, maxPixels?: number): Promise<LoadedImage> {
  try {
    const metadata = await instance.metadata()
    checkImageSize(metadata, 'the sharp instance', maxPixels)
    const pixels = await readPixels(instance.clone().autoOrient().removeAlpha().toColourspace('srgb'))
    // One channel is what an instance gives after greyscale() or extractChannel().
    const { width, height, data } = pixels.channels === 1 ? fromGrey(pixels) : pixels
    return { width, height, data, wasRgb: hasOnlyRgb(metadata) }
  } catch (error) {
    if (error instanceof ImageError) throw error
    const message = firstLine(error)
    throw new ImageError(sharpErrorCode(message), `The sharp instance gives no picture: ${message}`, {
      cause: error,
    })
  }
}

function sharpErrorCode(message: string): ImageErrorCode {
  if (/is missing/.test(message)) return 'NOT_FOUND'
  if (/unsupported image format/.test(message)) return 'NOT_AN_IMAGE'
  if (/pixel limit/.test(message)) return 'TOO_LARGE'
  return 'DAMAGED'
}

const OPTIONS = {
  // Bytes that are missing or wrong are an error; what decoders only warn of is none, as in Pillow.
  failOn: 'error',
  ignoreIcc: true,
  // `checkImageSize` sees to that, with a message of ours.
  limitInputPixels: false,
} as const satisfies SharpOptions

async function decode(
  { bytes, name }: EncodedImage,
  format: ImageFormat,
  maxPixels: number | undefined,
): Promise<LoadedImage> {
  try {
    const metadata = await sharp(bytes, OPTIONS).metadata()
    checkImageSize(metadata, name, maxPixels)
    const colourType = format === 'png' ? bytes[PNG_COLOUR_TYPE] : undefined
    const { width, height, data } = orient(
      await toRgb(sharp(bytes, OPTIONS), metadata, colourType, name),
      orientationOf(metadata),
    )
    const wasRgb = colourType === undefined ? hasOnlyRgb(metadata) : colourType === PNG_RGB
    return { width, height, data, wasRgb }
  } catch (error) {
    if (error instanceof ImageError) throw error
    throw new ImageError(
      'DAMAGED',
      `Expected a whole picture, but ${name} is damaged or cut short: it starts as ${format.toUpperCase()} and cannot be decoded (${firstLine(error)})`,
      { cause: error },
    )
  }
}

/** Where a PNG says what its pixels are made of. */
const PNG_COLOUR_TYPE = 25
const PNG_RGB = 2
const PNG_GREY_WITH_ALPHA = 4

async function toRgb(
  pipeline: Sharp,
  { space }: Metadata,
  colourType: number | undefined,
  name: string,
): Promise<RgbImage> {
  switch (space) {
    case 'b-w':
    case 'srgb':
    case 'rgb16': // the high byte counts
      return readPixels(pipeline.removeAlpha().toColourspace('srgb'))
    case 'grey16':
      // The high byte counts beside alpha in a PNG; else values above 255 become 255.
      return colourType === PNG_GREY_WITH_ALPHA
        ? readPixels(pipeline.removeAlpha().toColourspace('srgb'))
        : fromGrey(await readPixels(pipeline.removeAlpha().toColourspace('grey16')))
    case 'cmyk':
      return fromCmyk(await readPixels(pipeline.pipelineColourspace('cmyk').toColourspace('cmyk')))
    default:
      throw new ImageError(
        'NOT_AN_IMAGE',
        `Expected a picture in RGB, grey or CMYK, but the colours of ${name} are of the kind ${space}; save it as RGB`,
      )
  }
}

interface Pixels extends RgbImage {
  readonly channels: number
}

/** The pixels that a pipeline gives, in bytes; values outside 0..255 become the nearest of these. */
async function readPixels(pipeline: Sharp): Promise<Pixels> {
  const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  return { width, height, channels, data: new Uint8Array(data.buffer, data.byteOffset, data.length) }
}

function fromGrey({ width, height, data }: Pixels): RgbImage {
  const rgb = new Uint8Array(data.length * 3)
  for (let i = 0, to = 0; i < data.length; i++) {
    const grey = data[i]!
    rgb[to++] = grey
    rgb[to++] = grey
    rgb[to++] = grey
  }
  return { width, height, data: rgb }
}

function fromCmyk({ width, height, channels, data }: Pixels): RgbImage {
  const rgb = new Uint8ClampedArray(width * height * 3)
  for (let from = 0, to = 0; from < data.length; from += channels) {
    const light = 255 - data[from + 3]!
    for (let ink = 0; ink < 3; ink++) rgb[to++] = light - divideBy255(data[from + ink]! * light)
  }
  return { width, height, data: new Uint8Array(rgb.buffer) }
}

/** Rounded as Pillow rounds it. */
function divideBy255(value: number): number {
  const shifted = value + 128
  return ((shifted >> 8) + shifted) >> 8
}

function hasOnlyRgb({ space, channels, isPalette }: Metadata): boolean {
  return (space === 'srgb' || space === 'rgb16') && channels === 3 && !isPalette
}

function unknownFormat({ bytes, name }: EncodedImage): ImageError {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('latin1')
  return new ImageError(
    'NOT_AN_IMAGE',
    `Expected a picture in ${IMAGE_FORMATS}, but ${name} starts with ${JSON.stringify(start)}; save it as one of these`,
  )
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim().split('\n', 1)[0]!
}
