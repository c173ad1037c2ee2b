import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Kosmos2ForConditionalGeneration } from '../../src/model/kosmos2-for-conditional-generation.ts'
import { Kosmos2Model } from '../../src/model/kosmos2-model.ts'
import { OVKosmos2ForConditionalGeneration } from '../../src/model/ov-kosmos2-for-conditional-generation.ts'
import { Tensor } from '../../src/tensor.ts'
import { type GoldenTensor, readGoldenTensors } from '../goldens.ts'
import { converted } from './converted.ts'

const goldens = readGoldenTensors('test/goldens/model-a/golden.safetensors')
const forwardGoldens = readGoldenTensors('test/goldens/model-a/golden-forward.safetensors')
const models = {
  original: await Kosmos2ForConditionalGeneration.from_pretrained('test/goldens/model-a'),
  compiled: await OVKosmos2ForConditionalGeneration.from_pretrained(
    await converted('test/goldens/model-a', 'fp32'),
    { performance: 'accurate', cacheFolder: null },
  ),
}
after(() => Promise.all(Object.values(models).map((model) => model.dispose())))

const PAD = 1
const TOLERANCE = 1e-4

function inputs(name: string) {
  const get = (part: string) => tensor(golden(`${name}.${part}`))
  return {
    input_ids: get('input_ids'),
    attention_mask: get('attention_mask'),
    pixel_values: get('pixel_values'),
    image_embeds_position_mask: get('image_embeds_position_mask'),
  }
}
function golden(name: string): GoldenTensor {
  const found = goldens.get(name) ?? forwardGoldens.get(name)
  assert.ok(found, `no golden ${name}`)
  return found
}
function tensor({ type, dims, data }: GoldenTensor): Tensor {
  return new Tensor(type as 'float32', data as Float32Array, dims)
}

/** The largest difference, after a check that the shapes agree and nothing is NaN. */
function worst(
  actual: Tensor | undefined,
  expected: GoldenTensor,
  skip: (index: number) => boolean = () => false,
): number {
  assert.ok(actual)
  assert.deepEqual([...actual.dims], [...expected.dims])
  const [a, b] = [actual.data as Float32Array, expected.data as Float32Array]
  let largest = 0
  for (let i = 0; i < a.length; i++) {
    if (skip(i)) continue
    const difference = Math.abs(a[i]! - b[i]!)
    assert.ok(!Number.isNaN(difference), `NaN at ${i}`)
    largest = Math.max(largest, difference)
  }
  return largest
}
/** Of [B, S, N], its last `count` positions. */
function tail(whole: Tensor, count: number): Tensor {
  const [batch, length, width] = whole.dims as [number, number, number]
  const data = whole.data as Float32Array
  const rows = Array.from({ length: batch }, (_, b) =>
    data.slice(((b + 1) * length - count) * width, (b + 1) * length * width),
  )
  return new Tensor('float32', Float32Array.from(rows.flatMap((row) => [...row])), [batch, count, width])
}

for (const [engine, model] of Object.entries(models)) {
  for (const name of ['caption', 'detail', 'vqa', 'batch_left']) {
    test(`${engine}: vision, projection and their attention are the reference's: ${name}`, async () => {
      const out = await model.forward(inputs(name))
      assert.ok(
        worst(out.vision_model_output?.last_hidden_state, golden(`${name}.vision_last_hidden_state`)) <
          TOLERANCE,
      )
      assert.ok(worst(out.image_embeds, golden(`${name}.image_embeds`)) < TOLERANCE)
      assert.ok(worst(out.projection_attentions, golden(`${name}.projection_attentions`)) < TOLERANCE)
    })
  }

  for (const name of ['caption', 'detail', 'vqa', 'batch_left']) {
    test(`${engine}: the logits that the first new token is chosen from are the reference's: ${name}`, async () => {
      const expected = golden(`${name}.logits_last`)
      const last = tail((await model.forward(inputs(name))).logits, 1)
      // Twice the tolerance: the reference evaluated in float64 lies up to 1.3e-4 from these goldens and within 1e-6 of
      // ours, so the distance is theirs. The next test holds the same numbers, made another way, to the tolerance.
      assert.ok(
        worst(new Tensor('float32', last.data as Float32Array, expected.dims), expected) < 2 * TOLERANCE,
      )
    })
  }

  for (const name of ['caption', 'batch_left']) {
    test(`${engine}: the logits of the last eight positions are the reference's: ${name}`, async () => {
      const { logits } = await model.forward(inputs(name))
      const vocabulary = logits.dims[2]!
      // transformers 5.18 zeroes the embedding of padding when it loads a checkpoint, and with it that column; the
      // checkpoint's own row is not zero, and stays as it is here (as in the goldens made without loading).
      const isPadding = (i: number) => i % vocabulary === PAD
      assert.ok(worst(tail(logits, 8), golden(`${name}.logits_tail`), isPadding) < TOLERANCE)
    })

    test(`${engine}: image_embeds in place of pixel_values give the same logits: ${name}`, async () => {
      const text = { ...inputs(name), pixel_values: undefined }
      const out = await model.forward({ ...text, image_embeds: tensor(golden(`${name}.image_embeds`)) })
      const expected = golden(`${name}.logits_image_embeds_last`)
      const last = tail(out.logits, 1)
      const isPadding = (i: number) => i % expected.dims[1]! === PAD
      assert.ok(
        worst(new Tensor('float32', last.data as Float32Array, expected.dims), expected, isPadding) <
          TOLERANCE,
      )
      assert.equal(out.projection_attentions, undefined)
    })
  }

  test(`${engine}: the pooled vision output is the class position after the last norm`, async () => {
    const out = await model.forward(inputs('caption'))
    assert.ok(
      worst(out.vision_model_output?.pooler_output, golden('caption.vision_pooler_output')) < TOLERANCE,
    )
  })

  test(`${engine}: forward without a picture is refused, as in the reference`, async () => {
    const text = { ...inputs('caption'), pixel_values: undefined }
    await assert.rejects(model.forward(text), /pixel_values or image_embeds .* neither/)
  })

  test(`${engine}: pixels of another size are refused, with both shapes`, async () => {
    const pixel_values = new Tensor('float32', new Float32Array(3 * 100 * 100), [1, 3, 100, 100])
    await assert.rejects(
      model.forward({ ...inputs('caption'), pixel_values }),
      /\[B, 3, 224, 224\].*\[1, 3, 100, 100\]/,
    )
  })

  test(`${engine}: a misspelt input is refused by name`, async () => {
    const misspelt = { ...inputs('caption'), pixel_value: undefined }
    await assert.rejects(model.forward(misspelt), /Unknown option 'pixel_value'/)
  })
}

for (const name of ['caption', 'batch_left']) {
  test(`Kosmos2Model gives the reference's last hidden state: ${name}`, async (t) => {
    const headless = await Kosmos2Model.from_pretrained('test/goldens/model-a')
    t.after(() => headless.dispose())
    const { last_hidden_state, image_embeds, vision_model_output } = await headless.forward(inputs(name))
    assert.equal(vision_model_output?.pooler_output, image_embeds)
    const [, length, width] = last_hidden_state.dims as [number, number, number]
    const mask = golden(`${name}.attention_mask`).data as BigInt64Array
    const isPadding = (i: number) =>
      mask[Math.floor(i / (length * width)) * length + (Math.floor(i / width) % length)] === 0n
    assert.ok(worst(last_hidden_state, golden(`${name}.model_last_hidden_state`), isPadding) < TOLERANCE)
  })
}
