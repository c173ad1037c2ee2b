// Core and models: reading from files and memory, compiling, properties, versions, export and import.
import assert from 'node:assert/strict'
import { copyFileSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { typedProperty } from '../../src/openvino/properties.ts'
import { temporaryFolder } from '../checkpoint/make-safetensors.ts'
import {
  addIr,
  addModel,
  answer,
  compiledAdd,
  core,
  decoderInputs,
  decoderPath,
  occupyThreads,
  ov,
  PRECISE,
  writeIr,
} from './models.ts'

const floats = (...values: readonly number[]) => Float32Array.from(values)
const wrong = (value: unknown) => value as never

test('a model is read from a file with or without its weights’ path, in a folder of any name', async (t) => {
  const { path, weightsPath } = writeIr(t)
  const other = join(temporaryFolder(t), 'w.bin')
  copyFileSync(weightsPath, other)
  for (const model of [
    core.readModelSync(path),
    core.readModelSync(path, other),
    await core.readModel(path),
    await core.readModel(path, weightsPath),
    core.compileModelSync(path, 'CPU', PRECISE),
    await core.compileModel(path, 'CPU', PRECISE),
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
    Array.from({ length: 12 }, (_, i) => core.compileModel(addModel(floats(i, i)), 'CPU', PRECISE)),
  )
  for (const [i, model] of compiled.entries()) assert.deepEqual(answer(model), floats(1 + i, 2 + i))
})

test('what is read or compiled may be disposed meanwhile', async () => {
  const ownCore = new ov.Core()
  const model = addModel(floats(10, 20))
  const { xml, bin } = addIr(floats(10, 20))
  const weights = new ov.Tensor('u8', [8], new Uint8Array(bin))
  const occupied = occupyThreads()
  const reading = core.readModel(String(xml), weights)
  weights.dispose?.()
  const compiling = ownCore.compileModel(model, 'CPU', PRECISE)
  model.dispose?.()
  ownCore.dispose?.()
  assert.throws(() => ownCore.getAvailableDevices(), { code: 'DISPOSED' })
  assert.throws(() => model.inputs, { code: 'DISPOSED', message: 'This Model was disposed' })
  for (let i = 0; i < 100; i++) addModel(floats(i)) // takes the place of what was freed
  await occupied
  assert.deepEqual(answer(await compiling), floats(11, 22))
  assert.deepEqual(answer(await reading), floats(11, 22))
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

test('a decoder with a batch of two rows gives the same row twice', () => {
  const request = core.compileModelSync(decoderPath, 'CPU', PRECISE).createInferRequest()
  const logits = request.infer(decoderInputs(3, 0, 2)).logits!.data as Float32Array
  assert.deepEqual(logits.subarray(0, logits.length / 2), logits.subarray(logits.length / 2))
})
