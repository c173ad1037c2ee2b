// A file that is written from front to back, and hashed on the way.
import { open } from 'node:fs/promises'
import type { HashThread } from './hash-thread.ts'

/** What identifies a file's content. */
export interface FileIdentity {
  readonly bytes: number
  /** Hexadecimal. */
  readonly sha256: string
}

export interface HashedFile {
  /** Bytes written so far. */
  readonly position: number
  /** Appends. One call after the other. @param bytes - given away: a buffer of its own, gone afterwards */
  write(bytes: Uint8Array): Promise<void>
  /** Lets the disk have everything, and closes. */
  finish(): Promise<FileIdentity>
  /** Closes without a promise about the content; does nothing after `finish`. */
  close(): Promise<void>
}

/** @param path - must not exist */
export async function createHashedFile(path: string, hashes: HashThread): Promise<HashedFile> {
  const handle = await open(path, 'wx')
  const hash = hashes.stream()
  let position = 0
  let closed = false
  const close = async () => {
    if (closed) return
    closed = true
    await handle.close()
  }
  return {
    get position() {
      return position
    },
    async write(bytes) {
      for (let done = 0; done < bytes.byteLength;) {
        const { bytesWritten } = await handle.write(bytes, done)
        done += bytesWritten
      }
      position += bytes.byteLength
      await hash.take(bytes)
    },
    async finish() {
      const sha256 = await hash.digest()
      await handle.sync()
      await close()
      return { bytes: position, sha256 }
    },
    close,
  }
}
