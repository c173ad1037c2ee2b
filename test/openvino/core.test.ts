// Core and models: reading from files and memory, compiling, properties, versions, export and import.
import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { typedProperty } from '../../src/openvino/properties.ts'
import type { CompiledModel, Model } from '../../src/openvino/types.ts'
import { temporaryFolder } from '../checkpoint/make-safetensors.ts'
import {
  addIr,
  addModel,
  compiledAdd,
  core,
  decoderInputs,
  decoderPath,
  occupyThreads,
  ov,
} from './models.ts'

const floats = (...values: readonly number[]) => Float32Array.from(values)
const wrong = (value: unknown) => value as never
const precise = { INFERENCE_PRECISION_HINT: 'f32' }

/** What a model of y = x + c answers to x = [1, 2]. */
const answer = (model: Model | CompiledModel) =>
  ('createInferRequest' in model ? model : core.compileModelSync(model, 'CPU', precise))
    .createInferRequest()
    .infer([floats(1, 2)]).y!.data

function writeIr(
  t: Parameters<typeof temporaryFolder>[0],
  name = 'add',
): { path: string; weightsPath: string } {
  const folder = join(temporaryFolder(t), 'модель ü 模型')
  mkdirSync(folder)
  const [path, weightsPath] = [join(folder, `${name}.xml`), join(folder, `${name}.bin`)]
  const { xml, bin } = addIr(floats(10, 20))
  writeFileSync(path, xml)
  writeFileSync(weightsPath, bin)
  return { path, weightsPath }
}

test('a model is read from a file with or without its weights’ path, in a folder of any name', async (t) => {
  const { path, weightsPath } = writeIr(t)
  const other = join(temporaryFolder(t), 'w.bin')
  copyFileSync(weightsPath, other)
  for (const model of [
    core.readModelSync(path),
    core.readModelSync(path, other),
    await core.readModel(path),
    await core.readModel(path, weightsPath),
    core.compileModelSync(path, 'CPU', precise),
    await core.compileModel(path, 'CPU', precise),
  ])
    assert.deepEqual(answer(model), floats(11, 22))
})

test('a model is read from memory, which its owner may change at once', async () => {
  const { xml, bin } = addIr(floats(10, 20))
  const weights = new ov.Tensor('u8', [8], new Uint8Array(bin))
  const changing = [new Uint8Array(xml), new Uint8Array(bin)] as const
  const occupied = occupyThreads()
  const reading = core.readModel(...changing)
  for (const bytes of changing) bytes.fill(0)
  await occupied
  for (const model of [
    await reading,
    (await reading).clone(),
    core.readModelSync(xml, bin),
    core.readModelSync(new Uint8Array(xml), new Uint8Array(bin)),
    core.readModelSync(String(xml), weights),
    await core.readModel(String(xml), weights),
  ])
    assert.deepEqual(answer(model), floats(11, 22))
})

test('a file that is missing or damaged rejects with what OpenVINO said', async (t) => {
  const path = join(temporaryFolder(t), 'none.xml')
  await assert.rejects(core.readModel(path), {
    name: 'OpenVINOError',
    code: 'FAILED',
    message: /OpenVINO failed at reading the model .*none\.xml: general error: .*Could not open the file/s,
  })
  writeFileSync(path, '<net name="cut off"')
  assert.throws(() => core.readModelSync(path), { code: 'FAILED' })
  await assert.rejects(core.compileModel(addModel(floats(1)), 'TOASTER'), {
    code: 'FAILED',
    message: /TOASTER/,
  })
})

test('wrong arguments throw at once, with the signatures that there are', () => {
  const model = addModel(floats(1, 2))
  for (const method of ['compileModel', 'compileModelSync'] as const) {
    assert.throws(() => core[method](model, 'CPU', wrong('string')), {
      name: 'TypeError',
      message:
        `'${method}' method called with incorrect parameters.\n` +
        'Provided signature: (object, string, string) \n' +
        'Allowed signatures:\n- (string, string)\n- (Model, string)\n- (string, string, object)\n- (Model, string, object)\n',
    })
    assert.throws(() => core[method](model, 'CPU', { A: wrong({}) }), {
      message: /Cannot convert to ov::Any: the property A/,
    })
    assert.throws(() => core[method](wrong({}), 'CPU'), { message: /incorrect parameters/ })
  }
  for (const method of ['readModel', 'readModelSync'] as const)
    assert.throws(() => core[method](wrong(core)), {
      message: new RegExp(`'${method}' method called with incorrect parameters\\.`),
    })
  assert.throws(() => core.importModel(wrong(5), 'CPU'), {
    message: /'importModel' method called with incorrect parameters\./,
  })
  assert.throws(() => core.importModelSync(wrong(5), 'CPU'), {
    message: 'The first argument must be of type Buffer.',
  })
  assert.throws(() => core.importModelSync(Buffer.of(), wrong(5)), {
    message: 'The second argument must be of type String.',
  })
  assert.throws(() => core.getVersions(wrong({})), { message: /must be a string or convertible to a string/ })
  assert.throws(
    () => {
      core.setProperty(wrong('CPU'))
    },
    { message: 'Properties parameter must be an object' },
  )
  assert.throws(() => core.getProperty(wrong(1)), {
    message: /'getProperty' method called with incorrect parameters/,
  })
  assert.throws(
    () => {
      core.addExtension('/none.so')
    },
    { code: 'FAILED', message: /adding the extension \/none\.so/ },
  )
})

test('reading and compiling leave the event loop free', async () => {
  let isDone = false
  const compiling = core.compileModel(decoderPath, 'CPU').finally(() => {
    isDone = true
  })
  await turnOfTheLoop()
  assert.ok(!isDone, 'the loop turned only after compiling')
  await compiling
})

test('many models compile at the same time on one Core', async () => {
  const compiled = await Promise.all(
    Array.from({ length: 12 }, (_, i) => core.compileModel(addModel(floats(i, i)), 'CPU', precise)),
  )
  for (const [i, model] of compiled.entries()) assert.deepEqual(answer(model), floats(1 + i, 2 + i))
})

test('what compiles may be disposed meanwhile', async () => {
  const ownCore = new ov.Core()
  const model = addModel(floats(10, 20))
  const occupied = occupyThreads()
  const compiling = ownCore.compileModel(model, 'CPU', precise)
  model.dispose?.()
  ownCore.dispose?.()
  assert.throws(() => ownCore.getAvailableDevices(), { code: 'DISPOSED' })
  assert.throws(() => model.inputs, { code: 'DISPOSED', message: 'This Model was disposed' })
  for (let i = 0; i < 100; i++) addModel(floats(i)) // takes the place of what was freed
  await occupied
  assert.deepEqual(answer(await compiling), floats(11, 22))
})

test('devices and versions', () => {
  assert.ok(core.getAvailableDevices().includes('CPU'))
  const { CPU } = core.getVersions('CPU')
  assert.match(CPU!.buildNumber, /^2026\./)
  assert.equal(CPU!.description, 'openvino_intel_cpu_plugin')
  const version = ov.getOpenvinoVersion()
  assert.deepEqual(Object.keys(version), ['buildNumber', 'description'])
  assert.match(String(version), /OpenVINO Runtime version \.+ 2026\.\S+\nBuild \.+ 2026\./)
})

test('properties have the types that openvino-node gives them', () => {
  const ownCore = new ov.Core()
  assert.ok(ownCore.getProperty('CPU', 'SUPPORTED_PROPERTIES').includes('NUM_STREAMS'))
  assert.deepEqual(ownCore.getProperty('CPU', 'EXECUTION_DEVICES'), ['CPU'])
  assert.equal(ownCore.getProperty('CPU', 'RANGE_FOR_ASYNC_INFER_REQUESTS').length, 3)
  ownCore.setProperty('CPU', { INFERENCE_NUM_THREADS: 1, PERF_COUNT: true, PERFORMANCE_HINT: 'THROUGHPUT' })
  assert.equal(ownCore.getProperty('CPU', 'INFERENCE_NUM_THREADS'), 1)
  assert.equal(ownCore.getProperty('CPU', 'PERF_COUNT'), true)
  assert.equal(ownCore.getProperty('CPU', 'PERFORMANCE_HINT'), 'THROUGHPUT')
  assert.equal(ownCore.getProperty('CPU', 'DEVICE_ID'), '')
  assert.equal(typedProperty('DEVICE_ID', '0'), '0')
  assert.equal(typedProperty('CPU_SPARSE_WEIGHTS_DECOMPRESSION_RATE', '0.8'), 0.8)
  const folder = join(tmpdir(), '12')
  ownCore.setProperty({ CACHE_DIR: folder })
  assert.equal(ownCore.getProperty('CACHE_DIR'), folder)
  assert.throws(() => ownCore.getProperty('CPU', 'NO_SUCH'), {
    code: 'FAILED',
    message: /the property NO_SUCH of CPU/,
  })
  const compiled = ownCore.compileModelSync(addModel(floats(1, 2)), 'CPU', {
    INFERENCE_NUM_THREADS: 2,
    NUM_STREAMS: 1,
  })
  assert.equal(compiled.getProperty('INFERENCE_NUM_THREADS'), 2)
  assert.equal(compiled.getProperty('NETWORK_NAME'), 'add')
  assert.throws(
    () => {
      compiled.setProperty(wrong(1))
    },
    { message: /'setProperty' method called with incorrect/ },
  )
})

test('an exported model is imported again, from bytes or a tensor', async () => {
  const temporary = () => readdirSync(tmpdir()).filter((name) => name.startsWith('kosmos2-openvino-'))
  const before = temporary()
  const bytes = compiledAdd(floats(10, 20)).exportModelSync()
  assert.deepEqual(temporary(), before)
  const tensor = new ov.Tensor('u8', [bytes.length], new Uint8Array(bytes))
  const occupied = occupyThreads()
  const importing = core.importModel(bytes, 'CPU')
  bytes.fill(0)
  await occupied
  for (const model of [
    await importing,
    await core.importModel(tensor, 'CPU'),
    core.importModelSync(tensor, 'CPU'),
    core.importModelSync(Buffer.from(tensor.data as Uint8Array), 'CPU', {}),
  ])
    assert.deepEqual(answer(model), floats(11, 22))
  await assert.rejects(core.importModel(Buffer.from('nothing'), 'CPU'), { code: 'FAILED' })
  assert.throws(() => core.importModel(tensor, 'CPU', { NUM_STREAMS: 1 }), { code: 'NOT_AVAILABLE' })
})

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

test('a decoder with a batch of two rows gives the same row twice', () => {
  const request = core.compileModelSync(decoderPath, 'CPU', precise).createInferRequest()
  const logits = request.infer(decoderInputs(3, 0, 2)).logits!.data as Float32Array
  assert.deepEqual(logits.subarray(0, logits.length / 2), logits.subarray(logits.length / 2))
})
