// A worker thread of the conversion: blocks of weights come in, compressed ones go out.
import { parentPort } from 'node:worker_threads'
import { type Block, compress } from './compress.ts'

export interface CompressRequest {
  readonly id: number
  readonly block: Block
}
export type CompressReply =
  | { readonly id: number; readonly pieces: readonly Uint8Array[] }
  | { readonly id: number; readonly problem: string }

parentPort?.on('message', ({ id, block }: CompressRequest) => {
  try {
    const pieces = compress(block)
    // Moved, not copied; two pieces never share memory.
    const memory = pieces.map(({ buffer }) => buffer as ArrayBuffer)
    const reply: CompressReply = { id, pieces }
    parentPort?.postMessage(reply, memory)
  } catch (error) {
    const reply: CompressReply = { id, problem: (error as Error).message }
    parentPort?.postMessage(reply)
  }
})
