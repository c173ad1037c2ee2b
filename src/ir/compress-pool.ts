// Compression on all cores: worker threads that live as long as a conversion.
import { availableParallelism } from 'node:os'
import type { Block } from './compress.ts'
import { type TaskThread, taskThread } from './task-thread.ts'

export interface CompressPool {
  /** Blocks that are worked on at the same time. */
  readonly size: number
  /**
   * As `compress`. The block's memory moves to a worker: it is gone afterwards.
   * @throws {RangeError} where the block's numbers cannot be stored
   */
  compress(block: Block): Promise<readonly Uint8Array[]>
  /** Ends the threads. What is under way never settles, and what is asked for afterwards is refused. */
  close(): Promise<void>
}

/** Memory grows with every thread, and the disk is the limit long before this many. */
const MOST_THREADS = 8

/** Threads are started when they are first needed. */
export function compressPool(): CompressPool {
  const size = Math.min(availableParallelism(), MOST_THREADS)
  const threads: TaskThread<Block, readonly Uint8Array[]>[] = []
  let closed = false
  const leastBusy = () => {
    const [first] = threads.toSorted((a, b) => a.waiting - b.waiting)
    if (first !== undefined && (first.waiting === 0 || threads.length === size)) return first
    const thread = taskThread<Block, readonly Uint8Array[]>('compress')
    threads.push(thread)
    return thread
  }
  return {
    size,
    async compress(block) {
      // A block that was on its way when the conversion ended: a thread started for it would never end.
      if (closed) throw new Error('the conversion has ended')
      return await leastBusy().run(block, [block.bytes.buffer as ArrayBuffer])
    },
    async close() {
      closed = true
      await Promise.all(threads.map((thread) => thread.close()))
    },
  }
}
