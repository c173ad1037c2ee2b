// Steps built into a model.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Model } from '../../src/openvino/types.ts'
import { addModel, core, ov } from './models.ts'

/** Values that the compiler refuses. */
const wrong = (value: unknown) => value as never
const withArgument = (method: (argument: number) => unknown) => method(0)
const { PrePostProcessor, resizeAlgorithm } = ov.preprocess
/** y = x + [0, 0, 0], shape [1, 3, 2, 3] as NCHW. */
const picture = (): Model => addModel(Float32Array.of(0, 0, 0), { shape: [1, 3, 2, 3] })

test('an input’s type, layout, shape and size become those of the user’s tensor', () => {
  const model = picture()
  const processor = new PrePostProcessor(model)
  const input = processor.input(0)
  input.tensor().setElementType('u8').setShape([1, 2, 3, 3]).setLayout('NHWC')
  input.model().setLayout('NCHW')
  processor.output().tensor().setElementType('i32')
  assert.equal(processor.build(), processor)
  assert.deepEqual(model.input().shape, [1, 2, 3, 3])
  assert.equal(model.getOutputElementType(0), 'i32')
  const pixels = Uint8Array.from({ length: 18 }, (_, i) => i) // [H, W, C]
  const channels = [0, 1, 2].flatMap((channel) => Array.from({ length: 6 }, (_, i) => 3 * i + channel))
  const { y } = core.compileModelSync(model, 'CPU').createInferRequest().infer([pixels])
  assert.deepEqual(y!.data, Int32Array.from(channels))
  assert.throws(() => model.clone(), { code: 'NOT_AVAILABLE' })
})

test('setShape keeps the type of the model’s input', () => {
  const model = picture()
  const processor = new PrePostProcessor(model)
  processor.input('x').tensor().setShape([1, 3, 4, 6]).setLayout('NCHW')
  processor.input('x').preprocess().resize(resizeAlgorithm.RESIZE_NEAREST)
  processor.input('x').model().setLayout('NCHW')
  processor.build()
  assert.deepEqual(model.input().shape, [1, 3, 4, 6])
  // Nearest takes the first of every two rows and columns, where linear would take their mean.
  const large = Float32Array.from({ length: 72 }, (_, i) => (i % 6) + 10 * Math.floor((i % 24) / 6))
  const { y } = core.compileModelSync(model, 'CPU').createInferRequest().infer([large])
  assert.deepEqual([...y!.data.subarray(0, 6)], [0, 2, 4, 20, 22, 24])
})

test('wrong arguments are refused with openvino-node’s texts', () => {
  const processor = new PrePostProcessor(picture())
  const input = processor.input()
  const refused: readonly (readonly [() => unknown, RegExp])[] = [
    [() => new PrePostProcessor(wrong({})), /Invalid Model object/],
    [() => withArgument(input.tensor.bind(input)), /Function does not take any parameters\./],
    [() => input.tensor().setElementType(wrong('f16')), /Cannot create ov::element::Type/],
    [() => (input.tensor().setShape.bind(input.tensor()) as () => unknown)(), /Wrong number of parameters\./],
    [() => input.tensor().setLayout(wrong(5)), /Passed argument must be a string\./],
    [() => input.model().setLayout('not a layout'), /not a layout/],
    [() => input.preprocess().resize('RESIZE_SOMEHOW'), /Not supported resizeAlgorithm\./],
    [() => processor.output().tensor().setLayout('NCHW'), /no function to set the layout of an output/],
    [() => processor.input('none'), /OpenVINO failed at finding an input or output to preprocess/],
  ]
  for (const [call, message] of refused) assert.throws(call, { message }, String(call))
})
