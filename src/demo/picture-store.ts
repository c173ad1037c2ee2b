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
  // A picture of pixels takes far more memory than its file: one at a time.
  const oneAtATime = pLimit(1)
  // In the order of their last use.
  const pictures = new Map<string, StoredPicture>()
  let total = 0

  const check = async (bytes: Uint8Array): Promise<Omit<StoredPicture, 'id'>> => {
    const { width, height } = await loadRgb(bytes, { maxPixels: pixels })
    return { width, height, format: imageFormat(bytes)!, bytes }
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
