// Models that are read and not yet compiled, and the ports that compiled ones have, too.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { CompiledModel, Model } from '../../src/openvino/types.ts'
import { temporaryFolder } from '../checkpoint/make-safetensors.ts'
import { addModel, answer, core, ov, writeIr } from './models.ts'

const floats = (...values: readonly number[]) => Float32Array.from(values)
const wrong = (value: unknown) => value as never

test('ports have names and shapes; each class is its own', () => {
  const model = addModel(floats(1, 2, 3), { shape: [-1, 3] })
  const compiled = core.compileModelSync(model, 'CPU')
  for (const one of [model, compiled]) {
    assert.deepEqual(one.inputs.map(String), ['x'])
    assert.equal(one.output(0).anyName, 'y')
    assert.equal(one.output('y').getAnyName(), 'y')
    assert.deepEqual(one.input().getPartialShape().getDimensions(), [-1, 3])
    assert.throws(() => one.input().shape, { code: 'FAILED' })
    assert.throws(() => one.input('none'), { code: 'FAILED' })
    assert.throws(() => one.input(1), { name: 'OpenVINOError' })
    assert.throws(() => one.input(-1), { name: 'RangeError' })
  }
  assert.ok(model.input() instanceof (wrong(ov.Output) as new () => object))
  assert.ok(compiled.input() instanceof (Reflect.get(ov, 'ConstOutput') as new () => object))
  assert.equal(model.isDynamic(), true)
  assert.equal(model.getOutputSize(), 1)
  assert.equal(model.getOutputElementType(0), 'f32')
  assert.throws(() => model.getOutputElementType(1.5), {
    message: /'getOutputElementType' method called with incorrect/,
  })
  assert.deepEqual(model.reshape('[2,3]').getOutputShape(0), [2, 3])
  assert.equal(model.isDynamic(), false)
})

test('reshape takes one shape, or a map by index, name or port', () => {
  const ways = [
    (model: Model) => model.reshape('[2,3]'),
    (model: Model) => model.reshape(new ov.PartialShape('[2,3]')),
    (model: Model) => model.reshape(new Map([[0, '[2,3]']])),
    (model: Model) => model.reshape(new Map([['x', '[2,3]']])),
    (model: Model) => model.reshape(new Map([[model.input(), '[2,3]']])),
  ]
  for (const way of ways) {
    const model = addModel(floats(1, 2, 3), { shape: [-1, 3] })
    assert.equal(way(model), model)
    assert.deepEqual(model.output().shape, [2, 3], String(way))
  }
  const model = addModel(floats(1, 2, 3), { shape: [-1, 3] })
  assert.throws(() => model.reshape('[2,4]'), { code: 'FAILED' })
  assert.throws(() => model.reshape(new Map([[addModel(floats(1)).input(), '[2,3]']])), {
    message: /not an input of this Model/,
  })
  assert.throws(() => model.reshape(wrong(undefined)), {
    message: /'reshape' method called with incorrect parameters/,
  })
  assert.throws(() => model.reshape('[2,3]', { state: '[1]' }), { code: 'NOT_AVAILABLE' })
})

test('a clone is read from the same source and reshaped alike, and then goes its own way', (t) => {
  const { path } = writeIr(t)
  const model = core.readModelSync(path).reshape('[1,2]')
  model.setFriendlyName('mine')
  const clone = model.clone()
  assert.deepEqual(clone, model)
  assert.equal(clone.getFriendlyName(), 'mine')
  model.setFriendlyName('')
  assert.equal(model.getFriendlyName(), 'add')
  model.reshape('[3,2]')
  assert.deepEqual(clone.output().shape, [1, 2])
  const inMemory = addModel(floats(10, 20))
  assert.deepEqual(answer(inMemory.clone()), floats(11, 22))
  utimesSync(path, 1, 1)
  assert.throws(() => model.clone(), { code: 'NOT_AVAILABLE', message: /has changed since/ })
})

test('a model read from IR is written as it is; anything else is refused and leaves nothing', (t) => {
  const folder = temporaryFolder(t)
  const saved = join(folder, 'saved.xml')
  const { path, weightsPath } = writeIr(t)
  ov.saveModelSync(core.readModelSync(path), saved, false)
  assert.deepEqual(readFileSync(saved), readFileSync(path))
  assert.deepEqual(readFileSync(join(folder, 'saved.bin')), readFileSync(weightsPath))
  ov.saveModelSync(addModel(floats(10, 20)), join(folder, 'memory.xml'), false)
  assert.deepEqual(answer(core.readModelSync(join(folder, 'memory.xml'))), floats(11, 22))
  assert.deepEqual(readdirSync(folder).sort(), ['memory.bin', 'memory.xml', 'saved.bin', 'saved.xml'])
  const refused = [
    () => {
      ov.saveModelSync(addModel(floats(1)), join(folder, 'a.xml'))
    },
    () => {
      ov.saveModelSync(addModel(floats(1, 2)).reshape('[1,2]'), join(folder, 'a.xml'), false)
    },
  ]
  for (const save of refused) assert.throws(save, { name: 'OpenVINOError', code: 'NOT_AVAILABLE' })
  assert.throws(
    () => {
      ov.saveModelSync(addModel(floats(1)), join(folder, 'none', 'a.xml'), false)
    },
    { code: 'ENOENT' },
  )
  mkdirSync(join(folder, 'a.bin')) // where the weights cannot go
  assert.throws(() => {
    ov.saveModelSync(addModel(floats(1)), join(folder, 'a.xml'), false)
  }, Error)
  assert.deepEqual(readdirSync(folder).sort(), [
    'a.bin',
    'memory.bin',
    'memory.xml',
    'saved.bin',
    'saved.xml',
  ])
})

test('what the C library cannot do says so, and what to do instead', () => {
  const model = addModel(floats(1))
  for (const call of [() => core.queryModel(model, 'CPU'), () => model.getOps(), () => model.getName()])
    assert.throws(call, {
      name: 'OpenVINOError',
      code: 'NOT_AVAILABLE',
      message: /^OpenVINO’s C library has no function to .*\. .*\.$/,
    })
})

test('an object made by a constructor alone is empty and says so', () => {
  for (const [name, use] of [
    ['Model', (model: Model) => model.inputs],
    ['CompiledModel', (model: CompiledModel) => model.createInferRequest()],
  ] as const)
    assert.throws(() => use(new (wrong(ov[name]) as new () => never)()), {
      message: new RegExp(`^This ${name} is empty`),
    })
})
