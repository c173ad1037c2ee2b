// Partial shapes as text: read and written as OpenVINO does, which is asked through a model that is reshaped.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addModel, ov } from './models.ts'

test('what is written is what OpenVINO makes of it', () => {
  for (const text of ['[?,3]', '[2,3]', '[1..8,3]', '[..8,3]', '[2..,3]', '[?,?,3]', '[0..,1..3]', '-1,3']) {
    const shape = new ov.PartialShape(text)
    const model = addModel(Float32Array.of(1, 2, 3), { shape: [-1, 3] }).reshape(shape)
    const native = model.input().getPartialShape()
    assert.equal(native.toString(), shape.toString(), text)
    assert.deepEqual(native.getDimensions(), shape.getDimensions(), text)
    assert.equal(model.isDynamic(), shape.isDynamic(), text)
  }
})

test('a scalar is read; neither a scalar nor an open rank can be asked for', () => {
  const model = addModel(Float32Array.of(1), { shape: [] })
  assert.deepEqual(model.input().shape, [])
  assert.equal(model.input().getPartialShape().toString(), '[]')
  for (const text of ['[]', '[...]'])
    assert.throws(() => model.reshape(text), { code: 'NOT_AVAILABLE' }, text)
})

test('dimensions are numbers, ranges, or -1 without an upper limit', () => {
  assert.deepEqual(new ov.PartialShape('[?, 3, 1..224, 5..]').getDimensions(), [-1, 3, [1, 224], -1])
  assert.equal(new ov.PartialShape('[?, 3, 1..224, 5..]').toString(), '[?,3,1..224,5..]')
  assert.deepEqual(new ov.PartialShape().getDimensions(), [])
  assert.equal(new ov.PartialShape().isStatic(), true)
  assert.equal(new ov.PartialShape('[1,2]').isStatic(), true)
  assert.equal(new ov.PartialShape('[...]').isDynamic(), true)
  assert.deepEqual(new ov.PartialShape('[?]'), new ov.PartialShape('[5]')) // no field shows
})

test('what is no shape is refused', () => {
  for (const text of ['[a]', '[1,,2]', '[1.5]', '[-2]', '[5..3]', '[1...3]', '[9007199254740993]'])
    assert.throws(() => new ov.PartialShape(text), { message: /shape "/ }, text)
  assert.throws(() => new ov.PartialShape(5 as never), {
    message: /'PartialShape' method called with incorrect parameters\.\nProvided signature: \(number\)/,
  })
})
