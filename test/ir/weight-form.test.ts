import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LM_HEAD, TOKEN_EMBEDDING } from '../../src/checkpoint/expected-tensors.ts'
import {
  storedBytes,
  storedPieces,
  type WeightForm,
  weightForm,
  type WeightSettings,
} from '../../src/ir/weight-form.ts'

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

test('INT4 takes the largest group of which a row has eight, else the smallest, INT8 where none fits, and leaves embedding and head to their own precision', () => {
  const forms = (groupSize: number, ...columns: number[]): WeightForm[] =>
    columns.map((count) => form([8, count], { ...INT4, groupSize }))
  const int4 = (groupSize: number): WeightForm => ({ kind: 'int4', groupSize, scheme: 'asymmetric' })
  assert.deepEqual(forms(128, 2048, 1024, 768, 256, 192, 96, 48), [
    ...[128, 128, 64, 32, 32, 32].map(int4),
    { kind: 'int8' },
  ])
  assert.deepEqual(forms(256, 2048, 1024), [256, 128].map(int4))
  assert.deepEqual(forms(64, 2048, 320), [64, 32].map(int4))
  for (const name of [TOKEN_EMBEDDING, LM_HEAD]) {
    assert.deepEqual(form([8, 256], INT4, name), { kind: 'int8' })
    assert.deepEqual(form([8, 256], { ...INT4, precision: 'fp16' }, name), { kind: 'fp16' })
  }
})

test('left open, INT4 has zero points in rows too short for eight groups', () => {
  const scheme = (columns: number) => {
    const found = form([8, columns], { ...INT4, scheme: 'automatic' })
    return found.kind === 'int4' && found.scheme
  }
  assert.deepEqual([192, 224, 256, 1024].map(scheme), ['asymmetric', 'asymmetric', 'symmetric', 'symmetric'])
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
  assert.equal(bytes({ ...INT4, scheme: 'symmetric' }), (3 * 192) / 2 + 18 * 2)
  assert.equal(bytes(INT4), (3 * 192) / 2 + 18 * 2 + 9, 'eighteen zero points in nine bytes')
})
