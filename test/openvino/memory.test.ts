// Native memory: freed with its JavaScript owner or by dispose(), and not before native code is done with it. Each case
// is a process that can ask for the collector.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerOf } from './in-process.ts'

/**
 * What the cases share. `grown` runs a piece of code a few times to warm up, then many times, and gives by how many
 * megabytes the process has grown meanwhile, and at the end, when the collector has run.
 */
const START = `
  import { setTimeout as delay } from 'node:timers/promises'
  import { ov, core, addIr, addModel, compiledAdd, decoderPath, decoderInputs } from '@test/models.ts'
  const MB = 2 ** 20
  async function collect() { for (let i = 0; i < 4; i++) { gc(); await delay(5) } }
  const residentMB = () => process.memoryUsage.rss() / MB
  async function grown(times, work) {
    for (let i = 0; i < 3; i++) await work(i)
    await collect()
    const before = residentMB()
    for (let i = 0; i < times; i++) { await work(i); if (i % 8 === 7) await collect() }
    await collect()
    return residentMB() - before
  }
  const answer = (value) => console.log(JSON.stringify(value))
`
const measure = (code: string) => answerOf(START + code, {}, '--expose-gc') as number

// Every case makes 24 times 16 MB: a leak is 384 MB. What stays is fragments of the allocator.
const LEAK = 384 / 3

test('tensors are freed when they are collected, and at once when they are disposed', () => {
  const collected = measure(`answer(await grown(24, () => { new ov.Tensor('u8', [16 * MB]) }))`)
  assert.ok(collected < LEAK, `${collected} MB`)
  const disposed = measure(`
    const kept = []
    answer(await grown(24, () => { const tensor = new ov.Tensor('u8', [16 * MB]); tensor.dispose(); kept.push(tensor) }))`)
  assert.ok(disposed < LEAK, `${disposed} MB`)
})

test('models from memory, compiled models and requests free their weights and outputs', () => {
  const grown = measure(`
    const constant = new Float32Array(4 * MB)
    answer(await grown(24, async (i) => {
      const { xml, bin } = addIr(constant)
      const model = await core.readModel(xml, bin)
      const request = (await core.compileModel(model, 'CPU')).createInferRequest()
      await request.runAsync()
      request.getOutputTensor()
    }))`)
  assert.ok(grown < LEAK, `${grown} MB`)
})

test('results of inferences are memory that the collector knows: no call of it is needed', () => {
  const grown = measure(`
    const request = compiledAdd(Float32Array.of(1), { shape: [-1] }).createInferRequest()
    const x = new ov.Tensor('f32', [4 * MB])
    for (let i = 0; i < 3; i++) await request.inferAsync({ x })
    const before = residentMB()
    let most = 0
    for (let i = 0; i < 24; i++) { await request.inferAsync({ x }); most = Math.max(most, residentMB()) }
    answer(most - before)`)
  assert.ok(grown < LEAK, `${grown} MB`)
})

test('what a request reads stays alive: arrays under tensors that nobody else holds', () => {
  const wrong = measure(`
    const request = compiledAdd(Float32Array.of(1), { shape: [-1] }).createInferRequest()
    let wrong = 0
    for (let round = 0; round < 5; round++) {
      request.setTensor('x', new ov.Tensor('f32', [MB], new Float32Array(MB).fill(round)))
      await collect()
      const junk = Array.from({ length: 20 }, () => new Float32Array(MB).fill(-1)) // takes the place of what was freed
      const running = request.runAsync()
      await collect()
      await running
      const y = request.getOutputTensor().data
      if (y.some((value) => value !== round + 1) || junk[0][0] !== -1) wrong++
    }
    answer(wrong)`)
  assert.equal(wrong, 0)
})

test('a tensor of a request keeps the request and the array that was set alive', () => {
  const wrong = measure(`
    const make = () => {
      const request = compiledAdd(Float32Array.of(1), { shape: [-1] }).createInferRequest()
      request.setTensor('x', new ov.Tensor('f32', [MB], new Float32Array(MB).fill(7)))
      request.infer()
      const input = request.getInputTensor()
      request.setTensor('x', new ov.Tensor('f32', [1], Float32Array.of(1)))
      return { input, output: request.getOutputTensor() }
    }
    const { input, output } = make()
    await collect()
    const junk = Array.from({ length: 40 }, () => new Float32Array(MB).fill(-1))
    answer(Number(input.data.some((value) => value !== 7)) + Number(output.data.some((value) => value !== 8)) + junk[0][0] + 1)`)
  assert.equal(wrong, 0)
})

test('weights on an array stay alive as long as a model, a compiled model or a request uses them', () => {
  const wrong = measure(`
    const size = 4 * MB
    const make = async () => {
      const { xml, bin } = addIr(new Float32Array(size).fill(3))
      const weights = new ov.Tensor('u8', [bin.length], new Uint8Array(bin))
      const model = await core.readModel(String(xml), weights)
      return (await core.compileModel(model, 'CPU', { INFERENCE_PRECISION_HINT: 'f32' })).createInferRequest()
    }
    const request = await make()
    await collect()
    const junk = Array.from({ length: 10 }, () => new Float32Array(size).fill(-1))
    const { y } = request.infer([new Float32Array(size).fill(1)])
    answer(Number(y.data.some((value) => value !== 4)) + junk[0][0] + 1)`)
  assert.equal(wrong, 0)
})

test('calls on other threads keep what they use: Core, model and bytes', () => {
  const names = measure(`
    const work = () => {
      const own = new ov.Core()
      const { xml, bin } = addIr(new Float32Array(MB).fill(1))
      const compiling = own.compileModel(own.readModelSync(xml, bin), 'CPU')
      const importing = own.importModel(compiledAdd(Float32Array.of(1)).exportModelSync(), 'CPU')
      return Promise.all([own.readModel(xml, bin), compiling, importing])
    }
    const pending = Array.from({ length: 8 }, work)
    await collect()
    const done = await Promise.all(pending)
    answer(done.flat().filter((one) => one.output(0).anyName === 'y').length)`)
  assert.equal(names, 24)
})

test('disposing everything in any order, again and again, while inferences run, harms nothing', () => {
  const sums = measure(`
    const compiled = core.compileModelSync(decoderPath, 'CPU')
    let refused = 0
    for (let i = 0; i < 20; i++) {
      const request = compiled.createInferRequest()
      const inputs = decoderInputs(40 + i, 0)
      const running = request.inferAsync(inputs)
      for (const tensor of Object.values(inputs)) tensor.dispose()
      if (i % 2) request.cancel()
      request.dispose()
      await running.catch((error) => { if (['DISPOSED', 'CANCELLED'].includes(error.code)) refused++ })
    }
    await collect()
    answer(refused)`)
  assert.equal(sums, 20)
})
