import assert from 'node:assert/strict'
import { appendFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { POSITION_EMBEDDING } from '../../src/checkpoint/expected-tensors.ts'
import { detailedModels } from '../../src/compiled/detailed-models.ts'
import { openIr } from '../../src/ir/open-ir.ts'
import { DETAILED_NAMES } from '../../src/ir/parts.ts'
import { OVKosmos2ForConditionalGeneration } from '../../src/model/ov-kosmos2-for-conditional-generation.ts'
import type { CompiledModel } from '../../src/openvino/types.ts'
import { float32 } from '../../src/tensor.ts'
import { convert } from '../../src/ir/convert.ts'
import { storedTensors, weights, writeModel } from '../ir/model-copies.ts'
import { converted } from '../model/converted.ts'

/** With a compiler that notes what it is asked for, and fails as often as it is told to. */
async function detailed(fails = 0) {
  const folder = await converted('test/goldens/model-a', 'fp16')
  const compiled: string[] = []
  let disposed = 0
  const models = detailedModels(await openIr(folder), (xml, bin, part) => {
    compiled.push(`${xml.slice(folder.length)} ${bin.slice(folder.length)} ${part}`)
    if (compiled.length <= fails) return Promise.reject(new Error('no memory'))
    const model: Partial<CompiledModel> = { dispose: () => disposed++ }
    return Promise.resolve(model as CompiledModel)
  })
  return { folder, models, compiled, disposals: () => disposed }
}

test('a graph is compiled when it is first asked for, once, with the .bin of its part, and freed at the end', async () => {
  const { models, compiled, disposals } = await detailed()
  assert.deepEqual(compiled, [])
  const [first, second] = await Promise.all([models.open('text-states'), models.open('text-states')])
  assert.equal(first, second)
  await models.open('vision-attentions')
  assert.deepEqual(compiled, ['/text-states.xml /text.bin text', '/vision-attentions.xml /vision.bin vision'])
  await models.dispose()
  assert.equal(disposals(), 2)
})

test('a failure is told, and the next time it is tried again', async () => {
  const { models, compiled, disposals } = await detailed(1)
  await assert.rejects(models.open('text-states'), /no memory/)
  await models.open('text-states')
  assert.equal(compiled.length, 2)
  await models.dispose()
  assert.equal(disposals(), 1)
})

test("positions are the part's own numbers, and another file than was converted is refused", async () => {
  const { folder, models } = await detailed()
  const { dims, data } = await models.positions()
  assert.deepEqual(dims, [257, 48])
  const original = weights.get(POSITION_EMBEDDING)!.data as Float32Array
  assert.ok(data.every((value, i) => Math.abs(value - original[i]!) < 5e-4)) // float16
  appendFileSync(join(folder, 'vision-states.xml'), ' ')
  await assert.rejects(models.open('vision-states'), {
    code: 'BAD_IR',
    message: /vision-states\.xml: expected/,
  })
})

test('a folder that was converted anew is refused, even where its graphs are the same', async () => {
  const { folder, models } = await detailed()
  const copy = writeModel(join(folder, '..', 'source'), {
    ...storedTensors(),
    [POSITION_EMBEDDING]: { dtype: 'F32', shape: [257, 48], bytes: new Uint8Array(4 * 257 * 48) },
  })
  await convert(copy, folder, { weights: 'fp16' })
  await assert.rejects(models.positions(), { code: 'BAD_IR', message: /converted anew since it was opened/ })
  await assert.rejects(models.open('vision-states'), { code: 'BAD_IR' })
})

async function model(t: TestContext) {
  const folder = await converted('test/goldens/model-a', 'int8')
  const opened = await OVKosmos2ForConditionalGeneration.from_pretrained(folder, { cacheFolder: null })
  t.after(() => opened.dispose())
  return { folder, opened }
}
const picture = float32(new Float32Array(3 * 224 * 224).fill(0.5), [1, 3, 224, 224])

test('who asks for nothing of the layers needs none of their graphs', async (t) => {
  const { folder, opened } = await model(t)
  for (const name of DETAILED_NAMES) rmSync(join(folder, `${name}.xml`))
  await opened.vision_model(picture)
  await opened.get_image_features(picture, { interpolate_pos_encoding: true }) // of the usual size
  await assert.rejects(opened.vision_model(picture, { output_attentions: true }), {
    code: 'BAD_IR',
    message: /vision-attentions\.xml: expected a file, but there is none/,
  })
})

test('compressed and at full speed the layers end in what comes out without them, or near it', async (t) => {
  const { opened } = await model(t)
  const plain = await opened.vision_model(picture)
  const traced = await opened.vision_model(picture, { output_hidden_states: true, output_attentions: true })
  assert.equal(traced.hidden_states?.at(-1), traced.last_hidden_state)
  const [a, b] = [plain, traced].map(({ image_features }) => image_features.data as Float32Array)
  assert.ok(a!.every((value, i) => Math.abs(value - b![i]!) < 0.02)) // of numbers up to 1
})

test('after dispose what the layers give is refused', async (t) => {
  const { opened } = await model(t)
  const running = opened.vision_model(picture, { output_attentions: true })
  await Promise.all([opened.dispose(), assert.rejects(running, /disposed/)])
  await assert.rejects(opened.vision_model(picture, { output_hidden_states: true }), /The model was disposed/)
})
