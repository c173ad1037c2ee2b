import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PartBlock } from '../../src/ir/describe-part.ts'
import { foldBlocks, foldPorts } from '../../src/plot/part-layers.ts'

const block = (name: string, bytes = 1, ...types: string[]): PartBlock => ({
  name,
  bytes,
  operations: types.map((type) => ({ type, count: 1 })),
})
const layer = (index: number, ...types: string[]): PartBlock[] => [
  block(`layers.${index}.attention`, 10, 'Softmax'),
  block(`layers.${index}.ffn`, 20, ...types),
]

test('layers that follow each other with the same blocks become one, in the order of the computation', () => {
  const folded = foldBlocks([block(''), block('embed'), ...layer(0), ...layer(1), ...layer(2), block('norm')])
  assert.deepEqual(
    folded.map((one) => (one.kind === 'block' ? one.block.name : [one.stem, one.first, one.last, one.bytes])),
    ['embed', ['layers', 0, 2, 90], 'norm'],
  )
  assert.deepEqual(folded[1]?.kind === 'layers' && folded[1].blocks.map(({ name }) => name), [
    'attention',
    'ffn',
  ])
})

test('a layer with other operations, a gap in the numbers and another stem begin anew', () => {
  const spans = (blocks: readonly PartBlock[]): unknown[] =>
    foldBlocks(blocks).map((one) => one.kind === 'layers' && `${one.stem} ${one.first} to ${one.last}`)
  assert.deepEqual(spans([...layer(0), ...layer(1, 'Gelu'), ...layer(2, 'Gelu')]), [
    'layers 0 to 0',
    'layers 1 to 2',
  ])
  assert.deepEqual(spans([...layer(0), ...layer(2)]), ['layers 0 to 0', 'layers 2 to 2'])
  assert.deepEqual(spans([...layer(0), block('other.1.attention'), block('other.1.ffn')]), [
    'layers 0 to 0',
    'other 1 to 1',
  ])
})

test('states that differ in the number of their layer become one, with how many they are', () => {
  const port = (name: string, ...shape: (number | undefined)[]) => ({ name, type: 'f32', shape }) as const
  assert.deepEqual(
    foldPorts([port('l.0.key', 4), port('l.0.value', 4), port('l.1.key', 4), port('l.2.key', 5)]),
    [port('2 × l.*.key', 4), port('l.0.value', 4), port('l.2.key', 5)],
  )
})
