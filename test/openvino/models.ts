// Small models for the tests of OpenVINO's binding: y = x + a constant, as IR made here, and a real decoder.
import { pbkdf2 } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import { openVINO } from '../../src/openvino/openvino.ts'
import type { CompiledModel, InferRequest, Model, Tensor } from '../../src/openvino/types.ts'
import { temporaryFolder } from '../checkpoint/make-safetensors.ts'

process.env.KOSMOS2_OPENVINO_BINDING = 'libopenvino_c'

/** OpenVINO through its C library, with the additions that openvino-node lacks. */
export const ov = openVINO().ov
export const core = new ov.Core()

/** A stateful decoder with INT4 weights, as OpenVINO's Python package wrote it; its states are keys and values. */
export const decoderPath = join(import.meta.dirname, '../goldens/ir/decoder-i4.xml')
/** What makes a model compute in float32. */
export const PRECISE = { INFERENCE_PRECISION_HINT: 'f32' }
/** What makes a decoder compute in float32 throughout. */
export const ACCURATE = {
  ...PRECISE,
  KV_CACHE_PRECISION: 'f32',
  DYNAMIC_QUANTIZATION_GROUP_SIZE: 0,
}

/** Calls an addition, which is optional in the types as the user's openvino-node has none. */
export const extras = (request: InferRequest): Required<InferRequest> => request as Required<InferRequest>
export const copyInto = (tensor: Tensor, ...args: Parameters<NonNullable<Tensor['copyInto']>>) =>
  tensor.copyInto!(...args)

/** Gives the threads that native calls run on other work first: what a call reads must still be there afterwards. */
export const occupyThreads = (): Promise<unknown> =>
  Promise.all(Array.from({ length: 8 }, () => promisify(pbkdf2)('', '', 50_000, 64, 'sha512')))

interface AddOptions {
  /** Lengths; -1 is any. The last is that of the constant. */
  readonly shape?: readonly number[]
  /** The output's name; null gives it none. */
  readonly output?: string | null
}

/** IR of y = x + constant. */
export function addIr(constant: Float32Array, { shape = [constant.length], output = 'y' }: AddOptions = {}) {
  const dims = (lengths: readonly number[]) => lengths.map((length) => `<dim>${length}</dim>`).join('')
  const names = output === null ? '' : ` names="${output}"`
  const xml = `<?xml version="1.0"?>
<net name="add" version="11">
  <layers>
    <layer id="0" name="x" type="Parameter" version="opset1">
      <data shape="${shape.map((length) => (length < 0 ? '?' : length)).join()}" element_type="f32"/>
      <output><port id="0" precision="FP32" names="x">${dims(shape)}</port></output>
    </layer>
    <layer id="1" name="c" type="Const" version="opset1">
      <data element_type="f32" shape="${constant.length}" offset="0" size="${constant.byteLength}"/>
      <output><port id="0" precision="FP32">${dims([constant.length])}</port></output>
    </layer>
    <layer id="2" name="sum" type="Add" version="opset1">
      <data auto_broadcast="numpy"/>
      <input>
        <port id="0" precision="FP32">${dims(shape)}</port>
        <port id="1" precision="FP32">${dims([constant.length])}</port>
      </input>
      <output><port id="2" precision="FP32"${names}>${dims(shape)}</port></output>
    </layer>
    <layer id="3" name="result" type="Result" version="opset1">
      <input><port id="0" precision="FP32">${dims(shape)}</port></input>
    </layer>
  </layers>
  <edges>
    <edge from-layer="0" from-port="0" to-layer="2" to-port="0"/>
    <edge from-layer="1" from-port="0" to-layer="2" to-port="1"/>
    <edge from-layer="2" from-port="2" to-layer="3" to-port="0"/>
  </edges>
</net>
`
  return {
    xml: Buffer.from(xml),
    bin: Buffer.from(constant.buffer, constant.byteOffset, constant.byteLength),
  }
}

/** A model of y = x + constant. */
export function addModel(constant: Float32Array, options?: AddOptions): Model {
  const { xml, bin } = addIr(constant, options)
  return core.readModelSync(xml, bin)
}

/** {@link addModel}, compiled to compute in float32. */
export const compiledAdd = (constant: Float32Array, options?: AddOptions): CompiledModel =>
  core.compileModelSync(addModel(constant, options), 'CPU', PRECISE)

/** What a model of y = x + c answers to x = [1, 2]. */
export const answer = (model: Model | CompiledModel) =>
  ('createInferRequest' in model ? model : core.compileModelSync(model, 'CPU', PRECISE))
    .createInferRequest()
    .infer([Float32Array.of(1, 2)]).y!.data

/** The files of y = x + [10, 20], in a folder whose name is not plain. */
export function writeIr(t: TestContext): { path: string; weightsPath: string } {
  const folder = join(temporaryFolder(t), 'модель ü 模型')
  mkdirSync(folder)
  const [path, weightsPath] = [join(folder, 'add.xml'), join(folder, 'add.bin')]
  const { xml, bin } = addIr(Float32Array.of(10, 20))
  writeFileSync(path, xml)
  writeFileSync(weightsPath, bin)
  return { path, weightsPath }
}

/** The decoder's inputs at `positions` new positions after `past`, in `rows` equal rows; see scripts/goldens/ir.py. */
export function decoderInputs(positions: number, past: number, rows = 1): Record<string, Tensor> {
  const width = 256
  const row = Float32Array.from({ length: positions * width }, (_, i) => Math.sin(past * width + i))
  const embeds = new Float32Array(rows * row.length)
  for (let i = 0; i < rows; i++) embeds.set(row, i * row.length)
  const length = past + positions
  const mask = new Float32Array(rows * positions * length)
  mask.forEach((_, i) => {
    const [position, attended] = [past + (Math.floor(i / length) % positions), i % length]
    mask[i] = attended > position ? -1e9 : 0
  })
  return {
    inputs_embeds: new ov.Tensor('f32', [rows, positions, width], embeds),
    mask: new ov.Tensor('f32', [rows, 1, positions, length], mask),
    beam_idx: new ov.Tensor(
      'i32',
      [rows],
      Int32Array.from({ length: rows }, (_, i) => i),
    ),
  }
}
