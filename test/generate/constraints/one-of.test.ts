// Answers out of a list, and the likelihood of given ones.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { oneOf } from '../../../src/generate/constraints/one-of.ts'
import { Kosmos2 } from '../../../src/tasks/kosmos2.ts'

const kosmos = await Kosmos2.from_pretrained('models/kosmos2-tiny')
after(() => kosmos.dispose())
const { processor, model } = kosmos
const prompt = 'Question: How many objects are there? Answer:'
const picture = 'data/scenes/three.png'
const answers = ['one.', 'two.', 'three.', 'a star.', 'a star and an owl.']

test('only an answer of the list is written, to its end: greedily, with beams and sampled', async () => {
  const inputs = await processor.call({ text: prompt, images: picture })
  const write = async (list: readonly string[], options: object): Promise<string> => {
    const processorOfScores = oneOf(processor.tokenizer, inputs, list)
    const ids = await model.generate({
      ...inputs,
      max_new_tokens: 12,
      ...options,
      logits_processor: [processorOfScores],
    })
    assert.equal((ids.data as BigInt64Array).at(-1), BigInt(processor.tokenizer.eos_token_id))
    const [decoded] = processor.batch_decode(ids, { skip_special_tokens: true })
    return processor.post_process_generation(decoded!)[0].split('Answer: ')[1]!
  }
  assert.equal(await write(answers, {}), 'three.')
  assert.equal(await write(answers, { num_beams: 5 }), 'three.')
  assert.equal(await write(['a star and an owl.'], {}), 'a star and an owl.')
  const drawn = new Set<string>()
  for (let seed = 0; seed < 30; seed++)
    drawn.add(await write(answers, { do_sample: true, temperature: 50, top_k: 0, seed }))
  assert.deepEqual([...drawn].sort(), [...answers].sort())
})

test('answers that do not fit the limit, and constraints that leave nothing, are refused', async () => {
  const inputs = await processor.call({ text: prompt, images: picture })
  const limit = { max_new_tokens: 4 }
  assert.throws(
    () => oneOf(processor.tokenizer, inputs, ['one.', 'a star and an owl.'], limit),
    /at least 6, the tokens of answers\[1\], for max_new_tokens but received 4/,
  )
  const both = ['one.', 'two.'].map((answer) => oneOf(processor.tokenizer, inputs, [answer], limit))
  for (const options of [{}, { num_beams: 3 }, { do_sample: true, seed: 1 }])
    await assert.rejects(
      model.generate({ ...inputs, ...limit, ...options, logits_processor: both }),
      /No next token can be chosen: .* the logits processors rule out all tokens/,
    )
})

test('many candidates are scored as each is alone', async () => {
  const many = Array.from(
    { length: 40 },
    (_, i) => `${answers[i % answers.length]!.slice(0, -1)} ${answers[i % 3]!}`,
  )
  const scored = await kosmos.score(picture, prompt, many)
  const total = scored.reduce((sum, { probability }) => sum + probability, 0)
  assert.ok(scored.length === 40 && Math.abs(total - 1) < 1e-12 && scored[0]!.probability <= 1)
  const last = scored.find(({ text }) => text === many[39])!
  const [alone] = await kosmos.score(picture, prompt, [many[39]!])
  assert.equal(alone!.probability, 1)
  assert.ok(Math.abs(last.logLikelihood - alone!.logLikelihood) < 1e-3)
})

test('the likelihoods of candidates are those of a pass over each of them alone', async () => {
  const scored = await kosmos.score(picture, prompt, answers)
  assert.equal(scored[0]!.text, 'three.')
  assert.ok(scored[0]!.probability > 0.9)
  assert.ok(Math.abs(scored.reduce((sum, { probability }) => sum + probability, 0) - 1) < 1e-6)
  const asked = (await processor.call({ text: prompt, images: picture })).input_ids.dims[1]!
  for (const { text, logLikelihood, perToken } of scored) {
    const inputs = await processor.call({ text: `${prompt} ${text}`, images: picture })
    const { logits } = await model.forward(inputs)
    const [, length, width] = logits.dims as [number, number, number]
    let sum = 0
    for (let place = asked; place < length; place++) {
      const scores = (logits.data as Float32Array).subarray((place - 1) * width, place * width)
      const total = scores.reduce((all, score) => all + Math.exp(score), 0)
      sum += scores[Number((inputs.input_ids.data as BigInt64Array)[place])]! - Math.log(total)
    }
    assert.ok(Math.abs(sum - logLikelihood) < 1e-3, `${text}: ${sum}, ${logLikelihood}`)
    assert.ok(Math.abs(sum / (length - asked) - perToken) < 1e-3)
  }
})

test('an empty list, an empty text and what is no text are refused', async () => {
  await assert.rejects(kosmos.score(picture, prompt, []), /Expected at least one text for answers/)
  await assert.rejects(kosmos.score(picture, prompt, ['yes', '']), /not empty for answers\[1\]/)
  await assert.rejects(kosmos.score(picture, prompt, [7 as unknown as string]), /a text for answers\[0\]/)
  const inputs = await processor.call({ text: prompt, images: picture })
  await assert.rejects(model.score(inputs, [[]]), /token ids .* for continuations\[0\]/)
  await assert.rejects(model.score(inputs, [[1e9]]), /token ids .* for continuations\[0\]/)
})
