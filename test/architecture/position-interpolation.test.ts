import assert from 'node:assert/strict'
import { test } from 'node:test'
import { interpolatePositions } from '../../src/architecture/position-interpolation.ts'
import { POSITION_EMBEDDING } from '../../src/checkpoint/expected-tensors.ts'
import type { Float32Tensor } from '../../src/tensor.ts'
import { readGoldenTensors } from '../goldens.ts'

const own = readGoldenTensors('test/goldens/model-a/model.safetensors').get(
  POSITION_EMBEDDING,
) as Float32Tensor
const goldens = readGoldenTensors('test/goldens/interpolate/golden.safetensors')

for (const { name, grid } of [
  { name: '126x196', grid: { rows: 9, columns: 14 } },
  { name: '271x271', grid: { rows: 19, columns: 19 } },
])
  test(`positions for a picture of ${name} pixels are those that torch interpolates`, () => {
    const { dims, data } = interpolatePositions(own, grid)
    const expected = goldens.get(`${name}.positions`) as Float32Tensor
    assert.deepEqual(dims, expected.dims)
    const worst = data.reduce((most, value, i) => Math.max(most, Math.abs(value - expected.data[i]!)), 0)
    // Of numbers up to 0.5: torch takes the weights in float32, where they lose a digit to cancellation.
    assert.ok(worst < 1e-6, `${worst}`)
    assert.deepEqual(data.subarray(0, 48), own.data.subarray(0, 48)) // the class position
  })

test('a picture of the usual size has the positions of the checkpoint', () => {
  assert.equal(interpolatePositions(own, { rows: 16, columns: 16 }), own)
})

test('one patch has the mean of four that lie around it', () => {
  const grid = { type: 'float32', dims: [5, 1], data: Float32Array.of(9, 0, 1, 2, 3) } as const
  assert.deepEqual([...interpolatePositions(grid, { rows: 1, columns: 1 }).data], [9, 1.5])
})
