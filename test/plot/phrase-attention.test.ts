import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Kosmos2 } from '../../src/tasks/kosmos2.ts'
import { patchAttention } from '../../src/plot/patch-attention.ts'
import { phraseAttention, phrasePlaces } from '../../src/plot/phrase-attention.ts'
import { Tensor } from '../../src/tensor.ts'

const kosmos = await Kosmos2.from_pretrained('models/kosmos2-tiny')
after(() => kosmos.dispose())
const { processor, model } = kosmos
const inputs = await processor.call({
  text: '<grounding><phrase> an owl</phrase><object><patch_index_0305><patch_index_0794></object> and<phrase> a star</phrase>',
  images: 'data/scenes/three.png',
})
const output = await model.forward({ ...inputs, output_attentions: true })
const mask = inputs.image_embeds_position_mask

test('the words of each phrase are found', () => {
  const ids = Array.from(inputs.input_ids.data as BigInt64Array, Number)
  const words = phrasePlaces(processor, inputs.input_ids).map((places) =>
    processor.decode(places.map((place) => ids[place]!)).trim(),
  )
  assert.deepEqual(words, ['an owl', 'a star'])
})

test('a token that looks at one query alone looks where that query does; several tokens are averaged', () => {
  const [batch, heads, length] = output.attentions![0]!.dims as [number, number, number]
  const data = new Float32Array(batch * heads * length ** 2)
  const first = (mask.data as BigInt64Array).indexOf(1n)
  const looking = (place: number, query: number, weight: number): void => {
    for (let head = 0; head < heads; head++) data[(head * length + place) * length + first + query] = weight
  }
  const [one, other] = [length - 2, length - 1]
  looking(one, 7, 1)
  looking(other, 9, 0.5)
  const { projection_attentions } = output
  const made = {
    attentions: [new Tensor('float32', data, [batch, heads, length, length])],
    projection_attentions: projection_attentions!,
  }
  const [seven, nine] = [7, 9].map((query) => patchAttention(projection_attentions!, { query })) as [
    Float32Array,
    Float32Array,
  ]
  phraseAttention(made, mask, [one]).forEach((weight, patch) => {
    assert.ok(Math.abs(weight - seven[patch]!) < 1e-6)
  })
  phraseAttention(made, mask, [one, other]).forEach((weight, patch) => {
    assert.ok(Math.abs(weight - (seven[patch]! + 0.5 * nine[patch]!) / 2) < 1e-6)
  })
})

test('layers and heads are averaged, or one of them is taken', () => {
  const [owl] = phrasePlaces(processor, inputs.input_ids)
  const count = output.attentions!.length
  const whole = phraseAttention(output, mask, owl!)
  const layers = Array.from({ length: count }, (_, layer) => phraseAttention(output, mask, owl!, { layer }))
  whole.forEach((weight, patch) => {
    assert.ok(weight >= 0)
    assert.ok(Math.abs(weight - layers.reduce((sum, own) => sum + own[patch]!, 0) / count) < 1e-6)
  })
  assert.ok(whole.reduce((sum, weight) => sum + weight, 0) < 1)
  assert.notDeepEqual(layers[0], layers[1])
})

test('an output without attentions, and what is not in it, are refused', () => {
  assert.throws(() => phraseAttention({}, mask, [70]), /output_attentions: true for output/)
  assert.throws(() => phraseAttention(output, mask, []), /at least one for places/)
  assert.throws(() => phraseAttention(output, mask, [999]), /for places but received 999/)
  assert.throws(() => phraseAttention(output, mask, [70], { layer: 9 }), /for layer but received 9/)
  assert.throws(() => phraseAttention(output, mask, [70], { query: 1 } as object), /Unknown option 'query'/)
})
