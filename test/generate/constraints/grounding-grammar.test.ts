// The grammar of grounded answers, on the embedded model: what is well formed stays, and nothing else is written.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { groundingGrammar } from '../../../src/generate/constraints/grounding-grammar.ts'
import { Kosmos2 } from '../../../src/tasks/kosmos2.ts'
import { isWellFormed } from '../../../scripts/bench/is-well-formed.ts'
import { readTinyGolden } from '../../tiny-golden.ts'

const kosmos = await Kosmos2.from_pretrained('models/kosmos2-tiny')
after(() => kosmos.dispose())
const { processor, model } = kosmos
const { scenes } = readTinyGolden()
const max_new_tokens = 64

const ask = (text: string, picture: string) => processor.call({ text, images: `data/scenes/${picture}` })

test('answers that are well formed anyway stay as they are, token for token', async () => {
  for (const { file, asked } of scenes)
    for (const { prompt, greedy } of asked.filter(({ prompt }) => prompt.startsWith('<grounding>'))) {
      const inputs = await ask(prompt, file)
      const options = { max_new_tokens: 128 }
      const ids = await model.generate({
        ...inputs,
        ...options,
        logits_processor: [groundingGrammar(processor, inputs, options)],
      })
      assert.deepEqual(Array.from(ids.data as BigInt64Array, Number), greedy, `${file}: ${prompt}`)
    }
})

test('sampled far from what is likely, nothing is malformed, and nothing is left open at the limit', async () => {
  let [free, count] = [0, 0]
  for (const prompt of [
    '<grounding> An image of',
    '<grounding><phrase> an owl</phrase>',
    '<grounding><phrase> the',
  ])
    for (let seed = 0; seed < 12; seed++) {
      const limit = 8 + 2 * seed
      const inputs = await ask(prompt, scenes[seed % scenes.length]!.file)
      const options = { max_new_tokens: limit, do_sample: true, temperature: 1.5, top_k: 0, seed }
      const write = async (constrained: boolean): Promise<string> => {
        const grammar = groundingGrammar(processor, inputs, { max_new_tokens: limit })
        const ids = await model.generate({
          ...inputs,
          ...options,
          ...(constrained && { logits_processor: [grammar] }),
        })
        return processor.batch_decode(ids, { skip_special_tokens: true })[0]!
      }
      const constrained = await write(true)
      assert.ok(isWellFormed(constrained), constrained)
      count++
      if (!isWellFormed(await write(false))) free++
    }
  // The check would see it: without the grammar many of these are malformed.
  assert.ok(free > count / 4, `${free} of ${count}`)
})

test('a phrase has as many boxes as were asked for, with beams too', async () => {
  for (const boxes of [1, 2, 3])
    for (const num_beams of [1, 3]) {
      const inputs = await ask('<grounding><phrase> two balloons</phrase>', 'twins.png')
      const options = { boxes, max_new_tokens }
      const ids = await model.generate({
        ...inputs,
        max_new_tokens,
        num_beams,
        logits_processor: [groundingGrammar(processor, inputs, options)],
      })
      const [text] = processor.batch_decode(ids, { skip_special_tokens: true })
      assert.ok(isWellFormed(text!, boxes), text)
      assert.equal(processor.post_process_generation(text!)[1][0]![2].length, boxes)
    }
})

test('a limit that is too short to close what the prompt opened, and options out of range, are refused', async () => {
  const inputs = await ask('<grounding><phrase> an owl</phrase>', 'three.png')
  const refused = (options: object, message: RegExp): void => {
    assert.throws(() => groundingGrammar(processor, inputs, options), message)
  }
  refused({ max_new_tokens: 3 }, /Expected at least 4, .* for max_new_tokens but received 3/)
  refused({ max_new_tokens: 6, boxes: 2 }, /at least 7/)
  refused({ boxes: 0 }, /integer from 1 for boxes/)
  refused({ box: 1 }, /Unknown option 'box'/)
  assert.doesNotThrow(() => groundingGrammar(processor, inputs, { max_new_tokens: 4 }))
})
