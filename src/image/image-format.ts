// Tells a picture's format by its first bytes: neither its name nor what a server says of it counts, as in Pillow.

/** The formats that are read. Others that sharp could read (SVG, PDF) are no pictures to Pillow either. */
export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'gif' | 'tiff' | 'avif'

/** The formats as a message names them. */
export const IMAGE_FORMATS = 'PNG, JPEG, WebP, GIF, TIFF or AVIF'

/** The format whose signature the bytes start with, or undefined. */
export function imageFormat(bytes: Uint8Array): ImageFormat | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 64)).toString('latin1')
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'png'
  if (start.startsWith('\xff\xd8\xff')) return 'jpeg'
  if (/^GIF8[79]a/.test(start)) return 'gif'
  if (/^RIFF[^]{4}WEBP/.test(start)) return 'webp'
  // Classic and BigTIFF, of either byte order.
  if (/^(II[*+]\0|MM\0[*+])/.test(start)) return 'tiff'
  // The box of the brands: a major one, a version, then compatible ones.
  if (/^[^]{4}ftyp(avi[fs]|m(if|sf)1[^]{4}([^]{4})*?avi[fs])/.test(start)) return 'avif'
  return undefined
}
