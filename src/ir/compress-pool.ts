// Compression on all cores: worker threads that live as long as a conversion.
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Block } from './compress.ts'
import type { CompressReply, CompressRequest } from './compress-worker.ts'

export interface CompressPool {
  /** Blocks that are worked on at the same time. */
  readonly size: number
  /**
   * As `compress`. The block's memory moves to the worker: it is gone afterwards.
   * @throws {RangeError} where the block's numbers cannot be stored
   */
  compress(block: Block): Promise<readonly Uint8Array[]>
  /** Ends the threads. What is under way never settles. */
  close(): Promise<void>
}

/** Memory grows with every thread, and the disk is the limit long before this many. */
const MOST_THREADS = 8

/** Threads are started when they are first needed. */
export function compressPool(): CompressPool {
  const size = Math.min(availableParallelism(), MOST_THREADS)
  const workers: { readonly worker: Worker; waiting: number }[] = []
  const waiting = new Map<
    number,
    { resolve: (pieces: readonly Uint8Array[]) => void; reject: (e: Error) => void }
  >()
  let next = 0

  const start = () => {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js' // as source under test, built in the package
    const worker = new Worker(new URL(`./compress-worker.${extension}`, import.meta.url), {
      name: 'kosmos2-compress',
      execArgv: [], // a process started with code on its command line has options that a worker refuses
    })
    const entry = { worker, waiting: 0 }
    worker.on('message', (reply: CompressReply) => {
      entry.waiting--
      const pending = waiting.get(reply.id)
      waiting.delete(reply.id)
      if ('problem' in reply) pending?.reject(new RangeError(reply.problem))
      else pending?.resolve(reply.pieces)
    })
    worker.on('error', (error) => {
      for (const { reject } of waiting.values()) reject(error as Error)
      waiting.clear()
    })
    workers.push(entry)
    return entry
  }

  return {
    size,
    compress: (block) =>
      new Promise((resolve, reject) => {
        const idle = workers.find((entry) => entry.waiting === 0)
        const entry =
          idle ?? (workers.length < size ? start() : workers.toSorted((a, b) => a.waiting - b.waiting)[0]!)
        entry.waiting++
        const request: CompressRequest = { id: next++, block }
        waiting.set(request.id, { resolve, reject })
        entry.worker.postMessage(request, [block.bytes.buffer as ArrayBuffer])
      }),
    close: async () => {
      await Promise.all(workers.map(({ worker }) => worker.terminate()))
    },
  }
}
