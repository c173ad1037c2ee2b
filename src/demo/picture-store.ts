// The pictures that were uploaded: their files' bytes in memory, the least recently used forgotten first.
import { randomUUID } from 'node:crypto'
import { ImageError } from '../errors.ts'
import { imageFormat, loadRgb } from '../index.ts'
import type { Limits, Picture } from './api.ts'
import { Refusal } from './refusal.ts'

/** A picture, and its file. */
export interface StoredPicture extends Picture {
  readonly bytes: Uint8Array
}

/** Holds pictures. */
export interface PictureStore {
  /**
   * Checks a picture and keeps it.
   * @param bytes - of its file
   * @throws {ImageError} EMPTY, NOT_AN_IMAGE, DAMAGED or TOO_LARGE
   */
  add(bytes: Uint8Array): Promise<StoredPicture>
  /** @throws {Refusal} `PICTURE_UNKNOWN` */
  get(id: string): StoredPicture
}

/**
 * Makes a store.
 * @param limits - of a single picture
 * @param most - bytes of all files together
 */
export async function createPictureStore(
  { uploadBytes, pixels }: Pick<Limits, 'uploadBytes' | 'pixels'>,
  most: number,
): Promise<PictureStore> {
  const { default: pLimit } = await import('p-limit')
  const { default: sharp } = await import('sharp')
  // What cannot be told is for the library to refuse.
  const sizeOf = (bytes: Uint8Array): Promise<{ width?: number; height?: number }> =>
    sharp(bytes, { limitInputPixels: false })
      .metadata()
      .catch(() => ({}))
  // A picture of pixels takes far more memory than its file: one at a time.
  const oneAtATime = pLimit(1)
  // In the order of their last use.
  const pictures = new Map<string, StoredPicture>()
  let total = 0

  const check = async (bytes: Uint8Array): Promise<Omit<StoredPicture, 'id'>> => {
    const format = imageFormat(bytes)
    // The library's own error for what is empty or no picture, and its own reading of all else.
    if (format !== undefined) {
      const { width = 0, height = 0 } = await sizeOf(bytes)
      if (width * height > pixels)
        throw new ImageError(
          'TOO_LARGE',
          `Expected a picture of at most ${pixels} pixels, but it has ${width} x ${height}; make it smaller first`,
        )
    }
    const { width, height } = await loadRgb(bytes)
    return { width, height, format: format!, bytes }
  }

  return {
    async add(bytes) {
      if (bytes.byteLength > uploadBytes)
        throw new ImageError(
          'TOO_LARGE',
          `Expected an image file of at most ${uploadBytes} bytes but received ${bytes.byteLength}`,
        )
      const picture: StoredPicture = { id: randomUUID(), ...(await oneAtATime(() => check(bytes))) }
      pictures.set(picture.id, picture)
      total += bytes.byteLength
      for (const [id, old] of pictures) {
        if (total <= most || id === picture.id) break
        pictures.delete(id)
        total -= old.bytes.byteLength
      }
      return picture
    },
    get(id) {
      const picture = pictures.get(id)
      if (picture === undefined)
        throw new Refusal(
          'PICTURE_UNKNOWN',
          'Expected the id of an uploaded picture, but there is none of this id: it was never uploaded, or is forgotten; upload it again',
        )
      pictures.delete(id)
      pictures.set(id, picture)
      return picture
    },
  }
}
