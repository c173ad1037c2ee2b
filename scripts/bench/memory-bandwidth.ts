// How fast this machine reads memory right now: all cores search large buffers for a byte that is not there. Node
// gives that search to the C library's memchr, which is bound by memory. Shared machines change their speed within
// seconds, so this is measured in turn with what it is compared to.
import { availableParallelism } from 'node:os'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

const BYTES_A_CORE = 512 * 1024 * 1024

export interface MemoryBandwidth {
  /** Bytes a second. */
  measure(): Promise<number>
  stop(): Promise<void>
}

/** Starts one reader a core. They hold 512 MB each, and are idle between measurements. */
export async function memoryBandwidth(cores = availableParallelism()): Promise<MemoryBandwidth> {
  const workers = Array.from(
    { length: cores },
    () => new Worker(new URL(import.meta.url), { workerData: BYTES_A_CORE }),
  )
  const turn = () =>
    Promise.all(workers.map((worker) => new Promise<void>((resolve) => worker.once('message', resolve))))
  await turn()
  const measure = async () => {
    const done = turn()
    const start = performance.now()
    for (const worker of workers) worker.postMessage('read')
    await done
    return (cores * BYTES_A_CORE) / ((performance.now() - start) / 1000)
  }
  await measure() // the first touch of the pages is not counted
  return {
    measure,
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}

if (!isMainThread && parentPort !== null) {
  const port = parentPort
  const buffer = Buffer.alloc(workerData as number, 1)
  port.on('message', () => {
    buffer.includes(0)
    port.postMessage('done')
  })
  port.postMessage('ready')
}
