import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import {
  createLogitsProcessors,
  keepTopK,
  keepTopP,
  repetitionPenalty,
} from '../../src/generate/logits-processors.ts'
import { resolveOptions } from '../../src/generate/options.ts'
import { logSoftmax } from '../../src/generate/softmax.ts'
import { close, table, tableDefaults, tableLogits } from './table.ts'

test('scores are those of transformers after penalties, temperature, top_k and top_p', async (t) => {
  assert.equal(table.sampled.length, 9)
  for (const golden of table.sampled) {
    await t.test(JSON.stringify(golden.options), () => {
      const promptLength = golden.input_ids[0]!.length
      const options = resolveOptions(golden.options, tableDefaults)
      const processors = createLogitsProcessors(options, promptLength)
      golden.scores.forEach((rows, step) => {
        const isFirst = step === 0
        rows.forEach((expected, row) => {
          // All rows of the first step continue the prompt.
          const ids = isFirst ? golden.input_ids[0]! : golden.sequences[row]!.slice(0, promptLength + step)
          const scores = tableLogits(ids)
          if (options.num_beams > 1) logSoftmax(scores, scores)
          for (const process of processors) process(ids, scores)
          close(scores, expected)
        })
      })
    })
  }
})

test('the own processors of a call run after the penalties and before the temperature', () => {
  const seen: number[] = []
  const options = resolveOptions({
    do_sample: true,
    temperature: 0.5,
    top_k: 0,
    repetition_penalty: 2,
    logits_processor: [(ids, scores) => void seen.push(ids.length, scores[3]!)],
  })
  const scores = Float32Array.of(0, 0, 0, 6)
  for (const process of createLogitsProcessors(options, 1)) process([3], scores)
  assert.deepEqual(seen, [1, 3])
  assert.equal(scores[3], 6)
})

test('a token of the row is penalised once, and ids beyond the vocabulary are passed over', () => {
  const scores = Float32Array.of(4, -4, 1)
  repetitionPenalty(2)([0, 0, 1, 1, 1, 7], scores)
  assert.deepEqual([...scores], [2, -8, 1])
})

test('top_k keeps all that equal its smallest, and all when there are fewer', () => {
  const scores = Float32Array.of(1, 3, 2, 2, 0)
  keepTopK(2)([], scores)
  assert.deepEqual([...scores], [-Infinity, 3, 2, 2, -Infinity])
  keepTopK(9)([], scores)
  assert.deepEqual([...scores], [-Infinity, 3, 2, 2, -Infinity])
})

test('of equally likely tokens top_p keeps the last, as a stable ascending sort has them', () => {
  const scores = new Float32Array(4)
  keepTopP(0.5, 1)([], scores)
  assert.deepEqual([...scores], [-Infinity, -Infinity, 0, 0])
})

test('top_p keeps the minimum even where nearly all probability is in one token', () => {
  const scores = Float32Array.of(0, 100, -50, 1, -60)
  keepTopP(0.9, 3)([], scores)
  assert.deepEqual([...scores], [0, 100, -Infinity, 1, -Infinity])
})
