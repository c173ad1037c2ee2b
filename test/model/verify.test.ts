import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Kosmos2ForConditionalGeneration } from '../../src/model/kosmos2-for-conditional-generation.ts'
import { OVKosmos2ForConditionalGeneration } from '../../src/model/ov-kosmos2-for-conditional-generation.ts'
import { verify } from '../../src/model/verify.ts'
import { rowsOf } from '../generate/table.ts'
import { converted } from './converted.ts'
import { modelAInputs, processor, tinyInputs } from './golden-generation.ts'

const original = await Kosmos2ForConditionalGeneration.from_pretrained('models/kosmos2-tiny')
const INT4 = { vision: 'int4', projection: 'int4', text: 'int4' } as const
const open = async (weights: 'fp32' | typeof INT4) =>
  OVKosmos2ForConditionalGeneration.from_pretrained(await converted('models/kosmos2-tiny', weights), {
    performance: 'accurate',
    cacheFolder: null,
  })
const [fp32, int4] = [await open('fp32'), await open(INT4)]
after(() => Promise.all([original.dispose(), fp32.dispose(), int4.dispose()]))

const prompts = [
  await tinyInputs('night.png', '<grounding> An image of'),
  await tinyInputs('twins.png', ['<grounding> An image of', '<grounding> Describe this image in detail:']),
]

test('float32 in accurate mode is exact: every token, and every part within rounding', async () => {
  const progress: unknown[] = []
  const found = await verify(original, fp32, prompts, {
    processor,
    onProgress: (step) => progress.push(step),
  })
  assert.equal(found.isEqual, true)
  assert.equal(found.agreement, 1)
  assert.equal(found.answers.length, 3)
  for (const { output, largest, magnitude } of Object.values(found.parts)) {
    assert.ok(magnitude > 0.1, `${output} is all but zero`)
    assert.ok(largest > 0 && largest < 1e-5 * magnitude, `${output}: ${largest} of ${magnitude}`)
  }
  assert.deepEqual(progress, [
    { done: 1, total: 2 },
    { done: 2, total: 2 },
  ])
})

test('where an answer parts from the original, the place, both tokens and the text before it are told', async () => {
  // Of so many boxes some corner lies on the edge between two cells.
  const prompts = await Promise.all(
    ['night', 'twins', 'four', 'row', 'field'].map((name) =>
      tinyInputs(`${name}.png`, '<grounding> An image of'),
    ),
  )
  const found = await verify(original, int4, prompts, { processor })
  assert.equal(found.isEqual, false)
  assert.ok(found.agreement > 0 && found.agreement < 1)
  const answer = found.answers.find(({ firstDifference }) => firstDifference !== undefined)
  assert.ok(answer?.firstDifference)
  const { position, context, original: token, compiled, margin } = answer.firstDifference
  assert.equal(answer.agreeing, position)
  assert.ok(margin > 0)

  const prompt = prompts[answer.prompt]!
  const length = prompt.input_ids.dims[1]!
  const answers = await Promise.all(
    [original, int4].map(async (model) =>
      rowsOf(await model.generate({ ...prompt, max_new_tokens: 64 }))[answer.row]!.slice(length),
    ),
  )
  for (const ids of answers)
    assert.equal(processor.decode(ids.slice(0, position), { skip_special_tokens: false }), context)
  const texts = answers.map((ids) => processor.decode([ids[position]!], { skip_special_tokens: false }))
  assert.deepEqual(texts, [token, compiled])
  assert.notEqual(token, compiled)
})

test('models of two configurations, and no prompt at all, are refused', async (t) => {
  const modelA = await Kosmos2ForConditionalGeneration.from_pretrained('test/goldens/model-a')
  t.after(() => modelA.dispose())
  await assert.rejects(
    verify(original, modelA, prompts),
    /two models of one configuration, but image_size is 256 and 224/,
  )
  await assert.rejects(verify(modelA, original, [modelAInputs('caption')]), /two models of one configuration/)
  await assert.rejects(verify(original, fp32, []), /an array of the processor's outputs, one or more/)
})
