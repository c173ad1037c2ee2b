// A worker thread of the conversion: blocks of weights come in, compressed ones go out.
import { type Block, compress } from './compress.ts'
import { serveTasks } from './task-thread.ts'

serveTasks((block: Block) => {
  const result = compress(block)
  // Two pieces never share memory.
  return { result, moved: result.map(({ buffer }) => buffer as ArrayBuffer) }
})
