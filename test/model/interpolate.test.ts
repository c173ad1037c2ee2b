import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { Kosmos2ForConditionalGeneration } from '../../src/model/kosmos2-for-conditional-generation.ts'
import { Kosmos2Model } from '../../src/model/kosmos2-model.ts'
import { OVKosmos2ForConditionalGeneration } from '../../src/model/ov-kosmos2-for-conditional-generation.ts'
import { verify } from '../../src/model/verify.ts'
import { float32, int64, type Tensor, type TensorLike } from '../../src/tensor.ts'
import { readGoldenTensors } from '../goldens.ts'
import { converted } from './converted.ts'

const MODEL = 'test/goldens/model-a'
const goldens = readGoldenTensors('test/goldens/interpolate/golden.safetensors')
const { input_ids, generated } = JSON.parse(readFileSync('test/goldens/interpolate/golden.json', 'utf8')) as {
  input_ids: number[]
  generated: Record<string, number[]>
}

async function opened(checkpoint: string) {
  const original = await Kosmos2ForConditionalGeneration.from_pretrained(checkpoint)
  const compiled = await OVKosmos2ForConditionalGeneration.from_pretrained(
    await converted(checkpoint, 'fp32'),
    { performance: 'accurate', cacheFolder: null },
  )
  after(() => Promise.all([original.dispose(), compiled.dispose()]))
  return { original, compiled }
}
const models = await opened(MODEL)

const text = {
  input_ids: int64(input_ids, [1, input_ids.length]),
  image_embeds_position_mask: int64(
    input_ids.map((id) => Number(id === 4)),
    [1, input_ids.length],
  ),
}
const SIZES = { '126x196': [126, 196], '271x271': [271, 271] } as const

function picture([height, width]: readonly [number, number]): Tensor {
  const pixels = Float32Array.from({ length: 3 * height * width }, (_, i) => Math.sin(i / 100))
  return float32(pixels, [1, 3, height, width])
}

function assertClose(
  actual: TensorLike | undefined,
  expected: TensorLike | undefined,
  tolerance = 1e-4,
): void {
  assert.ok(actual && expected)
  assert.deepEqual([...actual.dims], [...expected.dims])
  const [a, b] = [actual.data as Float32Array, expected.data as Float32Array]
  for (let i = 0; i < a.length; i++)
    assert.ok(Math.abs(a[i]! - b[i]!) < tolerance, `${a[i]} at ${i}, not ${b[i]}`)
}

for (const [engine, model] of Object.entries(models))
  for (const [name, size] of Object.entries(SIZES)) {
    const pixel_values = picture(size)
    const golden = (what: string) => goldens.get(`${name}.${what}`)

    test(`${engine}: a picture of ${name} pixels becomes what the reference makes of it`, async () => {
      const all = await model.get_image_features(pixel_values, {
        interpolate_pos_encoding: true,
        output_hidden_states: true,
        output_attentions: true,
      })
      assertClose(all.last_hidden_state, golden('last_hidden_state'))
      assertClose(all.pooler_output, golden('image_embeds'))
      assertClose(all.hidden_states?.[1], golden('vision_hidden_states.1'))
      if (name === '126x196') {
        // Kept in float16.
        assertClose(all.projection_attentions, golden('projection_attentions'), 5e-4)
        assertClose(all.attentions?.[1], golden('vision_attentions.1'), 5e-4)
      }
      const plain = await model.get_image_features(pixel_values, { interpolate_pos_encoding: true })
      assertClose(plain.pooler_output, golden('image_embeds'))
      assert.deepEqual([plain.hidden_states, plain.attentions], [undefined, undefined])
      const vision = await model.vision_model(pixel_values, { interpolate_pos_encoding: true })
      assertClose(vision.last_hidden_state, golden('last_hidden_state'))
    })

    test(`${engine}: the answer about a picture of ${name} pixels is the reference's`, async () => {
      const inputs = { ...text, pixel_values, interpolate_pos_encoding: true }
      const options = { max_new_tokens: 8, do_sample: false }
      const ids = await model.generate({ ...inputs, ...options })
      assert.deepEqual(Array.from(ids.data as BigInt64Array, Number), generated[name])
      // Computed once, as the reference's users do it.
      const { pooler_output: image_embeds } = await model.get_image_features(pixel_values, {
        interpolate_pos_encoding: true,
      })
      const again = await model.generate({ ...text, image_embeds, ...options })
      assert.deepEqual(again.data, ids.data)
      const out = await model.forward(inputs)
      assertClose(out.image_embeds, golden('image_embeds'))
    })
  }

test("Kosmos2Model's last hidden state about pictures of other sizes is the reference's", async (t) => {
  const headless = await Kosmos2Model.from_pretrained(MODEL)
  t.after(() => headless.dispose())
  for (const [name, size] of Object.entries(SIZES)) {
    const pixel_values = picture(size)
    const out = await headless.forward({ ...text, pixel_values, interpolate_pos_encoding: true })
    assertClose(out.last_hidden_state, goldens.get(`${name}.text_last_hidden_state`))
    const features = await headless.get_image_features(pixel_values, { interpolate_pos_encoding: true })
    assertClose(features.pooler_output, out.image_embeds, 1e-6)
  }
})

test('verify compares models on pictures of other sizes', async () => {
  const prompt = { ...text, pixel_values: picture(SIZES['126x196']), interpolate_pos_encoding: true }
  const { isEqual, parts } = await verify(models.original, models.compiled, [prompt], { max_new_tokens: 4 })
  assert.equal(isEqual, true)
  for (const { largest } of Object.values(parts)) assert.ok(largest < 1e-4, `${largest}`)
})

test('several pictures of one size go together', async () => {
  const one = picture(SIZES['126x196'])
  const data = one.data as Float32Array
  const two = float32(
    Float32Array.from({ length: 2 * data.length }, (_, i) => data[i % data.length]!),
    [2, ...one.dims.slice(1)],
  )
  for (const model of Object.values(models)) {
    const options = { interpolate_pos_encoding: true }
    const { pooler_output } = await model.get_image_features(two, options)
    const single = (await model.get_image_features(one, options)).pooler_output.data as Float32Array
    assertClose(pooler_output, float32(Float32Array.of(...single, ...single), pooler_output.dims))
  }
})

test('the usual size is what it was, and other sizes without the option are refused', async () => {
  const usual = picture([224, 224])
  for (const model of Object.values(models)) {
    const plain = await model.get_image_features(usual)
    const { pooler_output } = await model.get_image_features(usual, { interpolate_pos_encoding: true })
    assert.deepEqual(pooler_output.data, plain.pooler_output.data)
    const pixel_values = picture(SIZES['126x196'])
    await assert.rejects(model.get_image_features(pixel_values), /\[B, 3, 224, 224\].*\[1, 3, 126, 196\]/)
    await assert.rejects(model.generate({ ...text, pixel_values }), /\[1, 3, 126, 196\]/)
    const inputs = { ...text, pixel_values, interpolate_pos_encoding: 1 as unknown as boolean }
    await assert.rejects(model.forward(inputs), /true or false for interpolate_pos_encoding but received 1/)
    await assert.rejects(
      model.get_image_features(picture([13, 224]), { interpolate_pos_encoding: true }),
      /sides from 14 pixels/,
    )
    await assert.rejects(model.get_image_features(usual, { size: 1 } as object), /Unknown option 'size'/)
  }
})

test('a projection that is causal takes pictures of other sizes too, the same in both', async () => {
  const { original, compiled } = await opened('models/kosmos2-tiny')
  assert.equal(original.config.projection_is_causal, true)
  const size = original.config.vision_config.image_size
  const pixel_values = picture([size / 2, 2 * size])
  const [a, b] = await Promise.all(
    [original, compiled].map((model) =>
      model.get_image_features(pixel_values, { interpolate_pos_encoding: true }),
    ),
  )
  assertClose(b!.pooler_output, a!.pooler_output, 1e-3)
  assertClose(b!.projection_attentions, a!.projection_attentions, 1e-3)
  const [, heads, queries, keys] = a!.projection_attentions.dims as [number, number, number, number]
  const weights = a!.projection_attentions.data as Float32Array
  for (let row = 0; row < heads * queries; row++)
    assert.ok(weights.subarray(row * keys + (row % queries) + 1, (row + 1) * keys).every((w) => w === 0))
})
