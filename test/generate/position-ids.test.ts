import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { createPositionIds } from '../../src/generate/position-ids.ts'
import { rowsOf, toTensor } from './table.ts'

test('a prompt counts its tokens from padding_idx + 1; padding stays at padding_idx', () => {
  const prompt = toTensor([
    [0, 7, 8, 9],
    [1, 1, 0, 7],
    [5, 1, 6, 1],
  ])
  assert.deepEqual(rowsOf(createPositionIds(prompt, 1)), [
    [2, 3, 4, 5],
    [1, 1, 2, 3],
    [2, 1, 3, 1],
  ])
})

test('new tokens count on from the length of the cache, its padding included', () => {
  assert.deepEqual(rowsOf(createPositionIds(toTensor([[9], [9], [1]]), 1, 4)), [[6], [6], [1]])
})
