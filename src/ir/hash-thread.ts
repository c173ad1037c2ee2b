// SHA-256 of long streams, in a thread of its own: hashing is as slow as the disk, and would hold up the event loop.
import { taskThread } from './task-thread.ts'

/** A block of a stream, or, without one, the wish for its hash. */
export interface HashTask {
  readonly stream: number
  readonly bytes?: Uint8Array
}

/** The memory of every block moves to the thread. */
export interface HashStream {
  /** Hashes a block after those before it. @returns the block, its memory back here */
  pass(bytes: Uint8Array): Promise<Uint8Array>
  /** As `pass`, but the block is not needed any more, and only those before it are waited for. */
  take(bytes: Uint8Array): Promise<void>
  /** The hash of everything so far, hexadecimal; the stream's last call. */
  digest(): Promise<string>
}

export interface HashThread {
  stream(): HashStream
  /** Ends the thread. What is under way never settles. */
  close(): Promise<void>
}

export function hashThread(): HashThread {
  const thread = taskThread<HashTask, Uint8Array | string>('hash')
  let streams = 0
  return {
    stream() {
      const stream = streams++
      let last: Promise<unknown> = Promise.resolve()
      const pass = async (bytes: Uint8Array) =>
        (await thread.run({ stream, bytes }, [bytes.buffer as ArrayBuffer])) as Uint8Array
      return {
        pass,
        async take(bytes) {
          const before = last
          last = pass(bytes)
          last.catch(() => undefined) // heard by the next call
          await before
        },
        async digest() {
          await last
          return (await thread.run({ stream }, [])) as string
        },
      }
    },
    close: () => thread.close(),
  }
}
