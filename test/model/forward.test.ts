import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { createPositionIds } from '../../src/generate/position-ids.ts'
import { Kosmos2ForConditionalGeneration } from '../../src/model/kosmos2-for-conditional-generation.ts'
import { Kosmos2Model } from '../../src/model/kosmos2-model.ts'
import { OVKosmos2ForConditionalGeneration } from '../../src/model/ov-kosmos2-for-conditional-generation.ts'
import { OVKosmos2Model } from '../../src/model/ov-kosmos2-model.ts'
import { Tensor } from '../../src/tensor.ts'
import { type GoldenTensor, readGoldenTensors } from '../goldens.ts'
import { converted } from './converted.ts'

const goldens = readGoldenTensors('test/goldens/model-a/golden.safetensors')
const forwardGoldens = readGoldenTensors('test/goldens/model-a/golden-forward.safetensors')
const losses = JSON.parse(readFileSync('test/goldens/model-a/golden-forward.json', 'utf8')) as Record<
  string,
  { loss: number }
>
const checkpoint = 'test/goldens/model-a'
const ir = await converted(checkpoint, 'fp32')
const accurate = { performance: 'accurate', cacheFolder: null } as const
const models = {
  original: await Kosmos2ForConditionalGeneration.from_pretrained(checkpoint),
  compiled: await OVKosmos2ForConditionalGeneration.from_pretrained(ir, accurate),
}
const headless = {
  original: await Kosmos2Model.from_pretrained(checkpoint),
  compiled: await OVKosmos2Model.from_pretrained(ir, accurate),
}
const all = [...Object.values(models), ...Object.values(headless)]
after(() => Promise.all(all.map((model) => model.dispose())))

const embeddings = readGoldenTensors('test/goldens/model-a/model.safetensors').get(
  'text_model.model.embed_tokens.weight',
)!

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

/** The tokens' own embeddings, zero for some of them. */
function embeddingsOf(ids: Tensor, isEmpty: (id: number) => boolean = () => false): Tensor {
  const width = embeddings.dims[1]!
  const table = embeddings.data as Float32Array
  const rows = Array.from(ids.data as BigInt64Array, (id) =>
    isEmpty(Number(id))
      ? new Float32Array(width)
      : table.subarray(Number(id) * width, (Number(id) + 1) * width),
  )
  return new Tensor('float32', Float32Array.from(rows.flatMap((row) => [...row])), [...ids.dims, width])
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

for (const [engine, model] of Object.entries(headless))
  for (const name of ['caption', 'batch_left'])
    test(`${engine}: the model without its head gives the reference's last hidden state: ${name}`, async () => {
      const expected = golden(`${name}.model_last_hidden_state`)
      const mask = golden(`${name}.attention_mask`).data as BigInt64Array
      for (const output_hidden_states of [false, true]) {
        const out = await model.forward({ ...inputs(name), output_hidden_states })
        assert.equal(out.vision_model_output?.pooler_output, out.image_embeds)
        const [, length, width] = out.last_hidden_state.dims as [number, number, number]
        const isPadding = (i: number) =>
          mask[Math.floor(i / (length * width)) * length + (Math.floor(i / width) % length)] === 0n
        assert.ok(worst(out.last_hidden_state, expected, isPadding) < TOLERANCE)
        if (!output_hidden_states) assert.equal(out.hidden_states, undefined)
        else assert.ok(worst(out.hidden_states!.at(-1), expected, isPadding) < TOLERANCE)
      }
    })

for (const [engine, model] of Object.entries(models))
  for (const name of ['caption', 'batch_left'])
    test(`${engine}: hidden states, attentions and the loss are the reference's, layer by layer: ${name}`, async () => {
      const labels = tensor(golden(`${name}.labels`))
      // transformers empties the embedding of padding when it loads a checkpoint; the file's own has numbers.
      const inputs_embeds = embeddingsOf(inputs(name).input_ids, (id) => id === PAD)
      const usual = { ...inputs(name), inputs_embeds }
      const all = { ...usual, labels, output_hidden_states: true, output_attentions: true }
      const out = await model.forward(all)
      assert.ok(Math.abs(out.loss! - losses[name]!.loss) < TOLERANCE, `${out.loss}, ${losses[name]!.loss}`)
      const vision = out.vision_model_output!
      const kinds = {
        hidden_states: out.hidden_states!,
        attentions: out.attentions!,
        vision_hidden_states: vision.hidden_states!,
        vision_attentions: vision.attentions!,
      }
      let compared = 0
      for (const [kind, tensors] of Object.entries(kinds))
        for (const [layer, own] of tensors.entries()) {
          const expected = forwardGoldens.get(`${name}.${kind}.${layer}`)
          if (expected === undefined) continue
          // Those of vision are kept in float16.
          const tolerance = kind === 'vision_attentions' ? 5e-4 : TOLERANCE
          assert.ok(worst(own, expected) < tolerance, `${kind}.${layer}`)
          compared++
        }
      assert.equal(compared, name === 'caption' ? 4 + 3 + 3 + 2 : 4)
      const length = labels.dims[1]!
      for (const { dims } of kinds.attentions) assert.deepEqual(dims.slice(2), [length, length])
      const plain = await model.forward(usual)
      const { type, dims, data } = plain.logits
      assert.ok(worst(out.logits, { type, dims, data } as GoldenTensor) < TOLERANCE)
      assert.deepEqual([plain.hidden_states, plain.attentions, plain.loss], [undefined, undefined, undefined])
    })

for (const [engine, model] of Object.entries(models))
  test(`${engine}: embeddings and positions of one's own, and fewer logits, give what they stand for`, async () => {
    const usual = inputs('caption')
    const whole = await model.forward(usual)
    const difference = async (changed: object, expected = whole.logits): Promise<number> => {
      const { logits } = await model.forward({ ...usual, ...changed })
      const { type, dims, data } = expected
      return worst(logits, { type, dims, data } as GoldenTensor)
    }
    assert.ok((await difference({ logits_to_keep: 3 }, tail(whole.logits, 3))) < TOLERANCE)
    const positions = (past: number): Tensor => createPositionIds(usual.input_ids, PAD, past)
    assert.equal(await difference({ position_ids: positions(0) }), 0)
    assert.ok((await difference({ position_ids: positions(7) })) > 0.01)

    const inputs_embeds = embeddingsOf(usual.input_ids)
    assert.ok((await difference({ inputs_embeds })) < TOLERANCE)
    const other = embeddingsOf(usual.input_ids, (id) => id > 60_000)
    assert.ok((await difference({ inputs_embeds: other })) > 0.01)
  })

test('what contradicts itself, has another shape or cannot be had is refused by name', async () => {
  const usual = inputs('caption')
  const { original } = models
  const labels = tensor(golden('caption.labels'))
  const ids = labels.data as BigInt64Array
  const short = new Tensor('int64', ids.slice(1), [1, ids.length - 1])
  const foreign = new Tensor(
    'int64',
    ids.map(() => 99_999n),
    labels.dims,
  )
  const refused = (options: object, message: RegExp) =>
    assert.rejects(original.forward({ ...usual, ...options }), message)
  await refused({ labels: short }, /labels/)
  await refused({ labels: foreign }, /or -100 for none for labels but received 99999n/)
  await refused({ labels, logits_to_keep: 1 }, /labels without logits_to_keep/)
  await refused({ logits_to_keep: 999 }, /integer from 0, for all, to 71/)
  await refused({ output_attentions: 1 }, /true or false for output_attentions/)
  await refused({ inputs_embeds: labels }, /inputs_embeds/)
})
