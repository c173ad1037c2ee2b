import assert from 'node:assert/strict'
import { test } from 'node:test'
import { positionEmbeddings } from '../../src/architecture/position-embeddings.ts'

test('sines fill the first half of a row and cosines the second, at 10000 ^ -(i / (D/2 - 1))', () => {
  const [sine0, sine1, cosine0, cosine1] = positionEmbeddings([3n], 4, 1)
  assert.ok(Math.abs(sine0! - Math.sin(3)) < 1e-7)
  assert.ok(Math.abs(sine1! - Math.sin(3 / 10000)) < 1e-7)
  assert.ok(Math.abs(cosine0! - Math.cos(3)) < 1e-7)
  assert.ok(Math.abs(cosine1! - Math.cos(3 / 10000)) < 1e-7)
})

test('the padding position is a row of zeros, and an odd width ends in a column of zeros', () => {
  assert.deepEqual([...positionEmbeddings([1n], 6, 1)], [0, 0, 0, 0, 0, 0])
  assert.equal(positionEmbeddings([2n], 7, 1)[6], 0)
})

test('positions beyond any table are computed like the others', () => {
  const row = positionEmbeddings([100_000n], 4, 1)
  assert.ok(Math.abs(row[0]! - Math.sin(100_000)) < 1e-7)
})
