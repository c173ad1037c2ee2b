// A picture as an SVG can carry it: small enough for a notebook, as a data URL.
import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { invalidRange } from '../errors.ts'
import type { ImageInput } from '../image/image-input.ts'
import { loadRgb } from '../image/load-image.ts'
import type { ImageSize } from '../text/boxes.ts'
import type { Rectangle, Size } from './label-layout.ts'

/** A picture ready for embedding, and the size to show it in. */
export interface EmbeddedPicture {
  /** `data:image/png;base64,…` or JPEG, at most as large as it is shown. */
  readonly href: string
  /** The area on the page that the picture is centred in: larger than it only if it is very high or very flat. */
  readonly frame: Size
  /** Where in the frame it is shown, in CSS pixels. */
  readonly shown: Rectangle
  /** The picture's own size in pixels, EXIF orientation applied. */
  readonly own: ImageSize
  /** A hash of its pixels: unlike the bytes in `href` it does not vary with the encoder. */
  readonly pixelHash: string
}

/** Without a wish, pictures are shown in their own width within these limits: a notebook's column, a legible label. */
const narrowest = 320
const widest = 640
/** A frame is at most this many times as high as wide. */
const highest = 1.25
const jpegQuality = 85
/** A PNG, which keeps every pixel, is taken up to so many bytes even where the JPEG is smaller. */
const pngAllowance = 65_536

export interface EmbedOptions {
  /** The width to show it in; by default the picture's own, within 320 to 640. */
  readonly width?: number | undefined
  /** The height of the frame at least, for what must find room over a flat picture; by default 0. */
  readonly minimumHeight?: number
  /** Pixels of the embedded picture for one on the page; by default 1. */
  readonly density?: number
  /** Whether to take the colours out, for a picture that colours are laid upon. */
  readonly greyscale?: boolean
}

/**
 * Reads a picture, makes it as small as it is shown, and encodes it: PNG for drawings, JPEG for photographs.
 * @throws {ImageError} if the picture cannot be read
 */
export async function embedPicture(
  image: ImageInput,
  { width, minimumHeight = 0, density = 1, greyscale = false }: EmbedOptions = {},
): Promise<EmbeddedPicture> {
  const { data, width: across, height: down } = await loadRgb(image)
  const own = { width: across, height: down }
  const wished = width ?? Math.min(Math.max(own.width, narrowest), widest)
  const scale = Math.min(wished / own.width, (wished * highest) / own.height)
  const size = {
    width: Math.max(1, Math.round(own.width * scale)),
    height: Math.max(1, Math.round(own.height * scale)),
  }
  const frame = { width: Math.round(wished), height: Math.max(size.height, minimumHeight) }
  let pipeline = sharp(data, { raw: { ...own, channels: 3 } })
  if (scale * density < 1)
    pipeline = pipeline.resize({ width: size.width * density, height: size.height * density, fit: 'fill' })
  if (greyscale) pipeline = pipeline.greyscale()
  const [png, jpeg] = await Promise.all([
    pipeline.clone().png({ compressionLevel: 9 }).toBuffer(),
    pipeline.clone().jpeg({ quality: jpegQuality, mozjpeg: true }).toBuffer(),
  ])
  const [type, bytes] = png.length <= Math.max(jpeg.length, pngAllowance) ? ['png', png] : ['jpeg', jpeg]
  return {
    href: `data:image/${type};base64,${bytes.toString('base64')}`,
    frame,
    shown: centred(size, frame),
    own,
    pixelHash: createHash('sha256').update(data).digest('hex'),
  }
}

function centred(size: Size, frame: Size): Rectangle {
  return { x: (frame.width - size.width) / 2, y: (frame.height - size.height) / 2, ...size }
}

/**
 * Checks the option `width` of a picture.
 * @param least - the narrowest that the picture can be
 * @throws {RangeError} if it is given and not a number from there to 4096
 */
export function checkWidth(width: number | undefined, least = 160): number | undefined {
  if (width !== undefined && !(Number.isFinite(width) && width >= least && width <= 4096))
    throw invalidRange('width', `a number of pixels from ${least} to 4096`, width)
  return width
}
