// What single calls of the binding cost, in microseconds.
import { openVINO } from '../../src/openvino/openvino.ts'
import { type Spread, scaled, spread } from './statistics.ts'

export type BindingCalls = Readonly<Record<string, Spread>>

const CALLS = 1000
const ROUNDS = 7

/** @param xml - the path of a model with an input `image_features`, float32 [?, ?, width] */
export async function measureBindingCalls(xml: string, width: number): Promise<BindingCalls> {
  const { ov } = openVINO()
  const model = await new ov.Core().compileModel(xml, 'CPU')
  const request = model.createInferRequest()
  const array = new Float32Array(width)
  const tensor = new ov.Tensor('f32', [1, 1, width], array)
  const calls: Record<string, () => unknown> = {
    'Tensor.getSize': () => tensor.getSize(),
    'Tensor.getShape': () => tensor.getShape(),
    'new Tensor on an array, and dispose': () => {
      new ov.Tensor('f32', [1, 1, width], array).dispose?.()
    },
    'InferRequest.setTensor': () => {
      request.setTensor('image_features', tensor)
    },
    'InferRequest.getTensor, and dispose': () => {
      request.getTensor('image_features').dispose?.()
    },
    'CompiledModel.input by name': () => model.input('image_features'),
  }
  const result = Object.entries(calls).map(([name, call]) => [name, perCall(call)] as const)
  for (const owned of [tensor, request, model]) owned.dispose?.()
  return Object.fromEntries(result)
}

function perCall(call: () => unknown): Spread {
  const times: number[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    const start = performance.now()
    for (let i = 0; i < CALLS; i++) call()
    if (round > 0) times.push((performance.now() - start) / CALLS) // the first one warms up
  }
  return scaled(spread(times), 1000)
}
