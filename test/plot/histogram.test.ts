import assert from 'node:assert/strict'
import { test } from 'node:test'
import { histogram, usualRange } from '../../src/plot/histogram.ts'

test('every value is counted once, those on an edge in the bin above it, the upper end in the last bin', () => {
  const { counts, outside, range } = histogram([-1, -0.5, -0.01, 0, 0.49, 0.5, 1, 1.01, -7], [-1, 1], 4)
  assert.deepEqual([...counts], [1, 2, 2, 2])
  assert.equal(outside, 2)
  assert.deepEqual(range, [-1, 1])
})

test('bins whose width has no exact floating point value hold a million values', () => {
  const values = Float32Array.from({ length: 1_000_000 }, (_, index) => ((index % 1000) - 499.5) / 1e5)
  const { counts, outside } = histogram(values, [-0.005, 0.005], 10)
  assert.deepEqual([...counts], new Array(10).fill(100_000))
  assert.equal(outside, 0)
})

test('a few outliers do not widen the range, many do; weights that are all alike still have one', () => {
  const weights = Float32Array.from({ length: 100_000 }, (_, index) => Math.sin(index))
  weights[777] = 1000
  const [low, high] = usualRange(weights)
  assert.ok(high > 0.99 && high <= 1 && low === -high, String(high))
  assert.equal(usualRange(weights.map((weight, index) => (index % 50 === 0 ? 1000 : weight)))[1], 1000)
  assert.deepEqual(usualRange([0, 0, 0]), [-1, 1])
  assert.deepEqual(usualRange([0, 0, 0, 0, 2]), [-2, 2])
})
