import assert from 'node:assert/strict'
import { test } from 'node:test'
import { patchAttention } from '../../src/plot/patch-attention.ts'
import { readGoldenTensors } from '../goldens.ts'

const goldens = readGoldenTensors(new URL('../goldens/model-a/golden.safetensors', import.meta.url))
const attentions = goldens.get('batch_left.projection_attentions')! // [2, 4, 64, 1 + 256 + 64]

test('patches, class token and queries together have all the attention of a query', () => {
  const weights = patchAttention(attentions, { row: 1, head: 2, query: 33 })
  assert.equal(weights.length, 256)
  const keys = attentions.data.subarray(((1 * 4 + 2) * 64 + 33) * 321).subarray(0, 321) as Float32Array
  assert.deepEqual(weights, keys.slice(1, 257))
  const rest = keys[0]! + keys.slice(257).reduce((a, b) => a + b)
  assert.ok(Math.abs(weights.reduce((a, b) => a + b) + rest - 1) < 1e-5)
})

test('what is not chosen is averaged', () => {
  const mean = patchAttention(attentions, { row: 1 })
  const sum = new Float64Array(256)
  for (let head = 0; head < 4; head++)
    for (let query = 0; query < 64; query++)
      for (const [patch, weight] of patchAttention(attentions, { row: 1, head, query }).entries())
        sum[patch]! += weight
  for (const [patch, weight] of mean.entries()) assert.ok(Math.abs(weight - sum[patch]! / 256) < 1e-7)
  assert.notDeepEqual(mean, patchAttention(attentions))
})

test('what is no such tensor, or not in it, is refused', () => {
  assert.throws(
    () => patchAttention({ type: 'float32', dims: [2, 3], data: new Float32Array(6) }),
    /Expected a float32 tensor \[B, heads, queries, 1 \+ patches \+ queries\] for projection_attentions but received a float32 tensor \[2, 3\]/,
  )
  assert.throws(
    () => patchAttention({ type: 'float32', dims: [1, 1, 4, 5], data: new Float32Array(20) }),
    /Expected more keys than queries in projection_attentions but received dims \[1, 1, 4, 5\]/,
  )
  for (const [options, message] of [
    [{ row: 2 }, /Expected a whole number from 0 to 1 for row but received 2/],
    [{ query: 64 }, /from 0 to 63 for query/],
    [{ head: -1 }, /from 0 to 3 for head/],
    [{ layer: 0 }, /Unknown option 'layer' for patchAttention/],
  ] as const)
    assert.throws(() => patchAttention(attentions, options as object), message)
})
