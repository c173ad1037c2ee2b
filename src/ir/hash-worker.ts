// A worker thread that hashes: several streams of blocks, each in the order in which they come.
import { createHash, type Hash } from 'node:crypto'
import type { HashTask } from './hash-thread.ts'
import { serveTasks } from './task-thread.ts'

const hashes = new Map<number, Hash>()

serveTasks(({ stream, bytes }: HashTask) => {
  const hash = hashes.get(stream) ?? createHash('sha256')
  hashes.set(stream, hash)
  if (bytes === undefined) return { result: hash.digest('hex'), moved: [] }
  hash.update(bytes)
  return { result: bytes, moved: [bytes.buffer as ArrayBuffer] }
})
