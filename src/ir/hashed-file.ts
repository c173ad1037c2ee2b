// A file that is written from front to back, and hashed on the way.
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'

/** What identifies a file's content. */
export interface FileIdentity {
  readonly bytes: number
  /** Hexadecimal. */
  readonly sha256: string
}

export interface HashedFile {
  /** Bytes written so far. */
  readonly position: number
  /** Appends. One call after the other. */
  write(bytes: Uint8Array): Promise<void>
  /** Lets the disk have everything, and closes. */
  finish(): Promise<FileIdentity>
  /** Closes without a promise about the content; does nothing after `finish`. */
  close(): Promise<void>
}

/** Hashed at a time between two writes: about a millisecond, in which the event loop waits. */
const SLICE_BYTES = 2 * 1024 * 1024

/** @param path - must not exist */
export async function createHashedFile(path: string): Promise<HashedFile> {
  const handle = await open(path, 'wx')
  const hash = createHash('sha256')
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
        const slice = bytes.subarray(done, done + SLICE_BYTES)
        const { bytesWritten } = await handle.write(slice)
        hash.update(slice.subarray(0, bytesWritten))
        done += bytesWritten
        position += bytesWritten
      }
    },
    async finish() {
      await handle.sync()
      await close()
      return { bytes: position, sha256: hash.digest('hex') }
    },
    close,
  }
}
