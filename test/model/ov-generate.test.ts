import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { OVKosmos2ForConditionalGeneration } from '../../src/model/ov-kosmos2-for-conditional-generation.ts'
import { int64 } from '../../src/tensor.ts'
import { rowsOf } from '../generate/table.ts'
import { converted } from './converted.ts'
import { scenes, testGoldenGeneration, tinyInputs } from './golden-generation.ts'

const accurate = { performance: 'accurate', cacheFolder: null } as const
const tinyFolder = await converted('models/kosmos2-tiny', 'fp32')
const modelAFolder = await converted('test/goldens/model-a', 'fp32')
const modelA = await OVKosmos2ForConditionalGeneration.from_pretrained(modelAFolder, accurate)
const tiny = await OVKosmos2ForConditionalGeneration.from_pretrained(tinyFolder, accurate)
after(() => Promise.all([modelA.dispose(), tiny.dispose()]))

const longPrompt = (length: number) =>
  int64(
    Array.from({ length }, (_, i) => 5 + i),
    [1, length],
  )

testGoldenGeneration('compiled', modelA, tiny)

test('generations at once on one compiled model keep their states apart', async () => {
  const asked = scenes.slice(0, 4).map(({ file, asked: [first] }) => ({ file, ...first! }))
  const inputs = await Promise.all(asked.map(({ file, prompt }) => tinyInputs(file, prompt)))
  const answers = await Promise.all([
    ...inputs.map((input) => tiny.generate(input)),
    ...inputs.map((input) => tiny.generate({ ...input, num_beams: 3 })),
  ])
  assert.deepEqual(answers.flatMap(rowsOf), [
    ...asked.map(({ greedy }) => greedy),
    ...asked.map(({ beam3 }) => beam3),
  ])
})

test('the event loop stays free while the model runs', async (t) => {
  let beats = 0
  const heart = setInterval(() => beats++, 1)
  t.after(() => {
    clearInterval(heart)
  })
  beats = 0
  await modelA.generate({ input_ids: longPrompt(900), max_new_tokens: 1 })
  // A blocked loop would beat once at most; the number has no other meaning.
  assert.ok(beats >= 3, `${beats} beats`)
})

test('an abort ends a generation in the middle of the prompt, between tokens and before the picture, and the next one answers as ever', async () => {
  const { file, asked } = scenes[0]!
  const { prompt, greedy } = asked[0]!
  const inputs = await tinyInputs(file, prompt)
  const reason = new Error('enough')

  const early = new AbortController()
  early.abort(reason)
  await assert.rejects(tiny.generate({ ...inputs, signal: early.signal }), reason)

  const inPrompt = new AbortController()
  const long = modelA.generate({
    input_ids: longPrompt(1000),
    max_new_tokens: 1,
    signal: inPrompt.signal,
  })
  setTimeout(() => {
    inPrompt.abort(reason)
  }, 5)
  await assert.rejects(long, reason)

  const later = new AbortController()
  const seen: number[][] = []
  const streamer = {
    put(ids: readonly number[]) {
      seen.push([...ids])
      if (seen.length === 5) later.abort(reason)
    },
    end: () => undefined,
  }
  await assert.rejects(tiny.generate({ ...inputs, streamer, signal: later.signal }), reason)
  assert.deepEqual(seen.flat(), greedy.slice(0, inputs.input_ids.dims[1]! + 4))

  assert.deepEqual(rowsOf(await tiny.generate(inputs)), [greedy])
})
