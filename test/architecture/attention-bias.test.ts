import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attentionBias } from '../../src/architecture/attention-bias.ts'

const LOWEST = -3.4028234663852886e38

test('a position sees itself and what came before, but no padding', () => {
  const bias = attentionBias([0n, 1n, 1n], 1, 3, 3)
  assert.deepEqual(
    [...bias],
    [
      ...[LOWEST, LOWEST, LOWEST], // padding sees nothing, yet all its scores stay finite
      ...[LOWEST, 0, LOWEST],
      ...[LOWEST, 0, 0],
    ],
  )
})

test('what is both padding and ahead gets the sum of both, which in float32 is minus infinity', () => {
  assert.equal(attentionBias([1n, 0n], 1, 2, 2)[1], -Infinity)
})

test('one new position after a cache sees all of it', () => {
  assert.deepEqual([...attentionBias([1n, 1n, 0n, 1n], 1, 1, 4, -100)], [0, 0, -100, 0])
})
