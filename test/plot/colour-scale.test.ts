import assert from 'node:assert/strict'
import { test } from 'node:test'
import { viridis } from '../../src/plot/colour-scale.ts'
import { contrast } from '../../src/plot/colours.ts'

test('the scale runs from dark violet to yellow and ever brighter', () => {
  assert.deepEqual([viridis(0), viridis(0.5), viridis(1)], ['#440154', '#21918c', '#fde725'])
  const brightness = Array.from({ length: 101 }, (_, index) => contrast(viridis(index / 100), '#000000'))
  for (const [index, value] of brightness.slice(1).entries())
    assert.ok(value > brightness[index]!, `at ${index}`)
})

test('values outside 0 to 1 have the colours of its ends', () => {
  assert.deepEqual([viridis(-1), viridis(2)], [viridis(0), viridis(1)])
})
