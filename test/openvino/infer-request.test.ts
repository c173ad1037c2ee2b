// Inference: values by hand and from OpenVINO's Python package, all ways to set and get tensors, and runs in a row.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import type { InferRequest } from '../../src/openvino/types.ts'
import {
  ACCURATE,
  addIr,
  addModel,
  compiledAdd,
  core,
  copyInto,
  decoderInputs,
  decoderPath,
  extras,
  ov,
} from './models.ts'

const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../goldens/ir/decoder-i4.json'), 'utf8'),
) as { logits: number[][] }
/** How far a logit may be from the golden's: processors with other vector units sum in another order. */
const ROUNDING = 1e-6
const decoder = core.compileModelSync(decoderPath, 'CPU', ACCURATE)
const wrong = (value: unknown) => value as never
const floats = (...values: readonly number[]) => Float32Array.from(values)
const x = (...values: readonly number[]) => new ov.Tensor('f32', [values.length], floats(...values))

/** The last logits of the golden's two steps, from a request of their own: the bits of this processor. */
async function decoderSteps(): Promise<number[][]> {
  const request = extras(decoder.createInferRequest())
  const steps: number[][] = []
  for (const [positions, past] of [
    [5, 0],
    [1, 5],
  ] as const) {
    await request.runAsync(decoderInputs(positions, past))
    const logits = request.getTensor('logits')
    steps.push(Array.from(copyInto(logits, new Float32Array(300), logits.getSize() - 300), Number))
  }
  return steps
}

test('a stateful decoder’s steps give what OpenVINO’s Python package gives', async () => {
  const steps = await decoderSteps()
  for (const [i, logits] of steps.entries()) {
    const expected = golden.logits[i]!
    assert.equal(logits.length, expected.length)
    const largest = Math.max(...expected.map((value, j) => Math.abs(value - logits[j]!)))
    assert.ok(largest <= ROUNDING, `step ${i}: ${largest} from the golden`)
  }
})

test('requests of one compiled model keep their states apart', async () => {
  const [one, other] = [decoder.createInferRequest(), decoder.createInferRequest()]
  await one.inferAsync(decoderInputs(5, 0))
  await other.inferAsync(decoderInputs(2, 0))
  const { logits } = await one.inferAsync(decoderInputs(1, 5))
  assert.deepEqual([...logits!.data], (await decoderSteps())[1])
})

const add = compiledAdd(floats(10, 20))

test('inputs are set by name, by index, or alone; outputs are read by name, index and port', async () => {
  const ways: readonly ((request: InferRequest) => unknown)[] = [
    (request) => request.infer({ x: x(1, 2) }),
    (request) => request.infer([x(1, 2)]),
    (request) => request.infer({ x: floats(1, 2) }),
    (request) => request.infer([floats(1, 2)]),
    (request) => {
      request.setTensor('x', x(1, 2))
      request.infer()
    },
    (request) => {
      request.setInputTensor(x(1, 2))
      request.infer()
    },
    (request) => {
      request.setInputTensor(0, x(1, 2))
      request.infer()
    },
    (request) => request.inferAsync({ x: x(1, 2) }),
    (request) => request.inferAsync([x(1, 2)]),
  ]
  for (const run of ways) {
    const request = add.createInferRequest()
    await run(request)
    for (const tensor of [
      request.getTensor('y'),
      request.getTensor(request.getCompiledModel().output()),
      request.getOutputTensor(),
      request.getOutputTensor(0),
    ])
      assert.deepEqual(tensor.data, floats(11, 22), String(run))
    assert.deepEqual(request.getInputTensor().data, floats(1, 2))
    assert.deepEqual(request.getTensor(add.input('x')).data, floats(1, 2))
  }
})

test('results are copies: the next run does not change them', () => {
  const request = add.createInferRequest()
  const first = request.infer({ x: x(1, 2) }).y!
  request.infer({ x: x(5, 6) })
  assert.deepEqual(first.data, floats(11, 22))
  assert.deepEqual(first.getShape(), [2])
})

test('a tensor of a request shows the request’s memory of today, though a larger run has moved it', () => {
  const request = compiledAdd(floats(10), { shape: [-1] }).createInferRequest()
  request.infer([x(1)])
  const output = request.getOutputTensor()
  assert.deepEqual(output.data, floats(11))
  for (const length of [3000, 3]) {
    request.infer([new ov.Tensor('f32', [length], new Float32Array(length).fill(length))])
    assert.deepEqual(request.getOutputTensor().data, new Float32Array(length).fill(10 + length))
    assert.deepEqual(output.data, request.getOutputTensor().data)
    assert.deepEqual(output.getShape(), [length])
  }
})

test('an output is written to the tensor that was set for it', () => {
  const request = add.createInferRequest()
  const memory = floats(0, 0)
  request.setOutputTensor(0, new ov.Tensor('f32', [2], memory))
  request.setInputTensor(x(1, 2))
  request.infer()
  assert.deepEqual(memory, floats(11, 22))
})

test('an output without a name has a key in the results', () => {
  const unnamed = compiledAdd(floats(1), { output: null })
  assert.throws(() => unnamed.output().anyName, { name: 'OpenVINOError', code: 'FAILED' })
  const results = unnamed.createInferRequest().infer({ x: x(1) })
  assert.deepEqual(Object.keys(results), ['output_0'])
  assert.deepEqual(results.output_0!.data, floats(2))
})

test('an output of a type that JavaScript has no array for is copied, and feeds a model', () => {
  const { xml, bin } = addIr(floats(2, 2))
  const equal = String(xml)
    .replace('type="Add"', 'type="Equal"')
    .replace('precision="FP32" names="y"', 'precision="BOOL" names="y"')
  const model = core.readModelSync(Buffer.from(equal), bin)
  const { y } = core
    .compileModelSync(model, 'CPU')
    .createInferRequest()
    .infer({ x: x(2, 5) })
  assert.equal(y!.getElementType(), 'boolean')
  assert.deepEqual(y!.getShape(), [2])
  assert.throws(() => y!.data, {
    name: 'OpenVINOError',
    code: 'NOT_AVAILABLE',
    message: /no array for elements of type boolean/,
  })
  const asFloats = core.compileModelSync(core.readModelSync(Buffer.from(CONVERT)), 'CPU').createInferRequest()
  assert.deepEqual(asFloats.infer({ x: y! }).y!.data, floats(1, 0))
})

/** y = x, truth as float32. */
const CONVERT = `<net name="convert" version="11">
  <layers>
    <layer id="0" name="x" type="Parameter" version="opset1">
      <data shape="2" element_type="boolean"/>
      <output><port id="0" precision="BOOL" names="x"><dim>2</dim></port></output>
    </layer>
    <layer id="1" name="y" type="Convert" version="opset1">
      <data destination_type="f32"/>
      <input><port id="0" precision="BOOL"><dim>2</dim></port></input>
      <output><port id="1" precision="FP32" names="y"><dim>2</dim></port></output>
    </layer>
    <layer id="2" name="result" type="Result" version="opset1">
      <input><port id="0" precision="FP32"><dim>2</dim></port></input>
    </layer>
  </layers>
  <edges>
    <edge from-layer="0" from-port="0" to-layer="1" to-port="0"/>
    <edge from-layer="1" from-port="1" to-layer="2" to-port="0"/>
  </edges>
</net>`

test('wrong inputs throw at once, with openvino-node’s texts, in inferAsync too', () => {
  const request = add.createInferRequest()
  const refused: readonly (readonly [() => unknown, RegExp])[] = [
    [
      () => request.infer(wrong(floats(1, 2))),
      /TypedArray cannot be passed directly into infer\(\) method\./,
    ],
    [() => request.infer(wrong('x')), /Infer method takes as an argument an array or an object\./],
    [() => request.infer(wrong(['x'])), /Cannot create a tensor from the passed Napi::Value\./],
    [() => request.infer(wrong([{}])), /Invalid argument/],
    [() => request.infer([floats(1, 2, 3)]), /mismatch passed data's size/],
    [
      () => request.infer({ x: new Float32Array(new ArrayBuffer(12), 4) }),
      /byteOffset has to be equal to zero/,
    ],
    [() => request.inferAsync(wrong(['x'])), /Cannot create a tensor from the passed Napi::Value\./],
    [() => request.inferAsync(wrong({ x: 'x' })), /Cannot create a tensor from the passed Napi::Value\./],
    [
      () => request.inferAsync(wrong(undefined)),
      /InferAsync method takes as an argument an array or an object\./,
    ],
    [
      () => {
        request.setTensor('none', x(1, 2))
      },
      /Port for tensor name none was not found\./,
    ],
    [
      () => {
        request.setTensor('x', wrong({}))
      },
      /Argument #1 must be a Tensor\./,
    ],
    [
      () => {
        request.setTensor(wrong(1), x(1))
      },
      /InferRequest\.setTensor\(\) invalid argument\./,
    ],
    [
      () => {
        request.setInputTensor(10, x(1, 2))
      },
      /Input port for index 10 was not found!/,
    ],
    [
      () => {
        request.setInputTensor(wrong({}))
      },
      /Argument #0 must be a Tensor\./,
    ],
    [
      () => {
        request.setOutputTensor(10, x(1, 2))
      },
      /Output port for index 10 was not found!/,
    ],
    [
      () => {
        request.setOutputTensor(wrong(x(1)), x(1))
      },
      /InferRequest\.setOutputTensor\(\) invalid argument\./,
    ],
    [
      () => {
        request.setInputTensor(-1, x(1, 2))
      },
      /Expected an index of at least 0/,
    ],
    [
      () => request.getTensor(wrong(5)),
      /'getTensor' method called with incorrect parameters\.\nProvided signature: \(number\)/,
    ],
    [() => request.getInputTensor(wrong('x')), /'getInputTensor' method called with incorrect parameters/],
    [() => request.getOutputTensor(1.5), /'getOutputTensor' method called with incorrect parameters/],
  ]
  for (const [call, message] of refused) assert.throws(call, { message }, String(call))
})

test('an array that was transferred after it was set is not read', async () => {
  const request = add.createInferRequest()
  const array = floats(1, 2)
  request.setTensor('x', new ov.Tensor('f32', [2], array))
  structuredClone(array.buffer, { transfer: [array.buffer] })
  assert.throws(() => request.infer(), { message: /was transferred/ })
  await assert.rejects(request.inferAsync({}), { message: /was transferred/ })
  assert.deepEqual(request.infer([x(1, 2)]).y!.data, floats(11, 22)) // by index: another array in its place
  request.infer()
})

test('runs of one request wait for each other, and one that fails does not stop the next', async () => {
  const request = add.createInferRequest()
  const runs = [1, 2, 3].map((value) => request.inferAsync({ x: x(value, value) }))
  const fails = request.inferAsync({ none: x(1, 2) })
  const after = request.inferAsync({ x: x(4, 4) })
  await assert.rejects(fails, { message: /Port for tensor name none was not found/ })
  for (const [i, run] of runs.entries()) assert.deepEqual((await run).y!.data, floats(11 + i, 21 + i))
  assert.deepEqual((await after).y!.data, floats(14, 24))
})

/** An inference that takes some tenths of a second. */
const longInputs = () => decoderInputs(700, 0)

test('inferAsync leaves the event loop free; the request’s tensors are busy meanwhile', async () => {
  const request = decoder.createInferRequest()
  const earlier = request.getTensor('logits')
  let isDone = false
  const running = request.inferAsync(longInputs()).finally(() => {
    isDone = true
  })
  assert.throws(() => earlier.getShape(), { name: 'OpenVINOError', code: 'BUSY' })
  assert.throws(() => request.infer(longInputs()), { code: 'BUSY' })
  assert.throws(
    () => {
      request.setTensor('beam_idx', x(1))
    },
    { code: 'BUSY' },
  )
  await turnOfTheLoop()
  assert.ok(!isDone, 'the loop turned only after the inference')
  await running
})

test('cancel ends a run; the request works on', async () => {
  const request = extras(decoder.createInferRequest())
  request.cancel()
  const running = request.inferAsync(longInputs())
  request.cancel()
  await assert.rejects(running, { name: 'OpenVINOError', code: 'CANCELLED' })
  await request.inferAsync(decoderInputs(1, 0))
  const { logits } = await decoder.createInferRequest().inferAsync(decoderInputs(5, 0))
  assert.deepEqual([...logits!.data], (await decoderSteps())[0])
})

test('dispose during a run is safe: the run ends, its result is refused', async () => {
  const request = extras(decoder.createInferRequest())
  const running = request.inferAsync(longInputs())
  request.dispose()
  request.dispose()
  await assert.rejects(running, { code: 'DISPOSED' })
  assert.throws(() => request.infer(), { code: 'DISPOSED', message: 'This InferRequest was disposed' })
})

test('a request and its tensors outlive the disposed model and Core that they came from', () => {
  const ownCore = new ov.Core()
  const model = addModel(floats(1, 1))
  const compiled = ownCore.compileModelSync(model, 'CPU')
  const request = compiled.createInferRequest()
  model.dispose?.()
  compiled.dispose?.()
  ownCore.dispose?.()
  request.setInputTensor(x(1, 2))
  request.infer()
  assert.deepEqual(request.getOutputTensor().data, floats(2, 3))
  const output = request.getOutputTensor()
  request.dispose?.()
  assert.throws(() => output.data, { code: 'DISPOSED' })
  assert.throws(() => compiled.createInferRequest(), { code: 'DISPOSED' })
})
