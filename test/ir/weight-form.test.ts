import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LM_HEAD, TOKEN_EMBEDDING } from '../../src/checkpoint/expected-tensors.ts'
import { storedBytes, storedPieces, weightForm, type WeightSettings } from '../../src/ir/weight-form.ts'

const INT4: WeightSettings = {
  precision: 'int4',
  groupSize: 128,
  scheme: 'asymmetric',
  headPrecision: 'int8',
}
const form = (
  shape: readonly number[],
  settings: WeightSettings,
  name = 'some.fc1.weight',
  isMatrix = true,
) => weightForm(name, shape, isMatrix, settings)

test('INT4 takes the largest group that divides a row, INT8 where none does, and leaves embedding and head to their own precision', () => {
  const sizes = [256, 192, 96, 48].map((columns) => form([8, columns], INT4))
  assert.deepEqual(sizes, [
    { kind: 'int4', groupSize: 128, scheme: 'asymmetric' },
    { kind: 'int4', groupSize: 64, scheme: 'asymmetric' },
    { kind: 'int4', groupSize: 32, scheme: 'asymmetric' },
    { kind: 'int8' },
  ])
  assert.deepEqual(form([8, 256], { ...INT4, groupSize: 256 }), {
    kind: 'int4',
    groupSize: 256,
    scheme: 'asymmetric',
  })
  for (const name of [TOKEN_EMBEDDING, LM_HEAD]) {
    assert.deepEqual(form([8, 256], INT4, name), { kind: 'int8' })
    assert.deepEqual(form([8, 256], { ...INT4, precision: 'fp16' }, name), { kind: 'fp16' })
  }
})

test('vectors stay float32, and other tensors are float16 where anything is compressed', () => {
  assert.deepEqual(form([256], INT4, 'some.bias', false), { kind: 'fp32' })
  assert.deepEqual(form([256, 3, 4, 4], INT4, 'some.weight', false), { kind: 'fp16' })
  assert.deepEqual(form([256, 3, 4, 4], { ...INT4, precision: 'fp32' }, 'some.weight', false), {
    kind: 'fp32',
  })
})

test('codes, scales and zero points take as many bytes as there are', () => {
  const bytes = (settings: WeightSettings) => storedBytes(storedPieces(form([3, 192], settings), [3, 192]))
  assert.equal(bytes({ ...INT4, precision: 'int8' }), 3 * 192 + 3 * 2)
  assert.equal(bytes({ ...INT4, scheme: 'symmetric' }), (3 * 192) / 2 + 9 * 2)
  assert.equal(bytes(INT4), (3 * 192) / 2 + 9 * 2 + 5, 'nine zero points in five bytes')
})
