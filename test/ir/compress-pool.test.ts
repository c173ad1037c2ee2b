import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compress } from '../../src/ir/compress.ts'
import { compressPool } from '../../src/ir/compress-pool.ts'

const block = () => ({
  bytes: new Uint8Array(Float32Array.from({ length: 256 }, (_, i) => Math.sin(i)).buffer),
  dtype: 'F32' as const,
  form: { kind: 'int8' } as const,
  columns: 64,
})

test('blocks are compressed in threads as they are without, however many wait', async () => {
  const pool = compressPool()
  try {
    const results = await Promise.all(Array.from({ length: 3 * pool.size }, () => pool.compress(block())))
    for (const pieces of results) assert.deepEqual(pieces, compress(block()))
  } finally {
    await pool.close()
  }
})

test('a pool that has ended starts no thread for a block that comes late: it would keep the process alive', async () => {
  const pool = compressPool()
  await pool.close()
  await assert.rejects(pool.compress(block()), /the conversion has ended/)
})
