// Which way up a picture is, and turning it: what Pillow's ImageOps.exif_transpose does.
import type { Metadata } from 'sharp'
import type { RgbImage } from './rgb-image.ts'

/**
 * The orientation that a picture's metadata ask for, 1 (as it is) to 8, found where Pillow looks for it: in EXIF, in a
 * PNG's text chunk with EXIF, in XMP.
 */
export function orientationOf(metadata: Metadata): number {
  const orientation =
    metadata.orientation ??
    exifOrientation(rawProfile(metadata)) ??
    Number(/tiff:Orientation(?:="|>)([0-9])/.exec(metadata.xmp?.toString('latin1') ?? '')?.[1])
  return orientation >= 1 && orientation <= 8 ? orientation : 1
}

/** EXIF as ImageMagick writes it into a PNG: the word exif and a length, then hexadecimal digits. */
function rawProfile(metadata: Metadata): Buffer {
  const text = metadata.comments?.find(({ keyword }) => keyword === 'Raw profile type exif')?.text ?? ''
  return Buffer.from(text.split('\n').slice(3).join(''), 'hex')
}

const ORIENTATION_TAG = 0x112

/** The orientation in the first directory of an EXIF block. */
function exifOrientation(exif: Buffer): number | undefined {
  const tiff = exif.subarray(exif.toString('latin1', 0, 6) === 'Exif\0\0' ? 6 : 0)
  const order = tiff.toString('latin1', 0, 2)
  if (tiff.length < 8 || (order !== 'II' && order !== 'MM')) return undefined
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.length)
  const little = order === 'II'
  const directory = view.getUint32(4, little)
  if (directory + 2 > tiff.length) return undefined
  const entries = view.getUint16(directory, little)
  for (let i = 0, at = directory + 2; i < entries && at + 12 <= tiff.length; i++, at += 12) {
    // A short sits in the first two of the entry's four bytes of value.
    if (view.getUint16(at, little) === ORIENTATION_TAG) return view.getUint16(at + 8, little)
  }
  return undefined
}

/** Turns and mirrors a picture so that it stands as its orientation (1 to 8) says. */
export function orient(image: RgbImage, orientation: number): RgbImage {
  if (orientation === 1) return image
  const { width, height, data } = image
  // The last four lie on their side. The rows of the result run down the picture there, else along it.
  const lies = orientation >= 5
  const mirrorsX = [2, 3, 7, 8].includes(orientation)
  const mirrorsY = [3, 4, 6, 7].includes(orientation)
  const stepX = mirrorsX ? -1 : 1
  const stepY = mirrorsY ? -width : width
  const start = (mirrorsX ? width - 1 : 0) + (mirrorsY ? (height - 1) * width : 0)
  const result = { width: lies ? height : width, height: lies ? width : height }
  const [alongRow, alongColumn] = lies ? [stepY, stepX] : [stepX, stepY]
  const turned = new Uint8Array(data.length)
  let to = 0
  for (let row = 0; row < result.height; row++) {
    let from = (start + row * alongColumn) * 3
    for (let column = 0; column < result.width; column++, from += alongRow * 3) {
      turned[to++] = data[from]!
      turned[to++] = data[from + 1]!
      turned[to++] = data[from + 2]!
    }
  }
  return { ...result, data: turned }
}
