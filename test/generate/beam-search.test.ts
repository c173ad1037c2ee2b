import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { close, generateFromTable, openTableDecoder, rowsOf, table, valuesOf } from './table.ts'

const beamCases = table.cases.filter(({ options }) => (options.num_beams ?? 1) > 1)

test('beam search finds the sequences, scores and beams that transformers finds', async (t) => {
  assert.equal(beamCases.length, 62)
  for (const golden of beamCases) {
    await t.test(JSON.stringify(golden.options), async () => {
      const { input_ids, attention_mask, options } = golden
      const found = await generateFromTable(input_ids, { ...options, output_scores: true }, attention_mask)
      assert.deepEqual(rowsOf(found.sequences), golden.sequences)
      assert.deepEqual(rowsOf(found.beam_indices!), golden.beam_indices)
      close(valuesOf(found.sequences_scores), golden.sequences_scores!)
      assert.equal(found.scores!.length, golden.steps)
      golden.scores?.forEach((rows, step) => {
        close(valuesOf(found.scores![step]), rows.flat())
      })
    })
  }
})

test('the goldens hold searches that stop early, end in padding, and keep fewer sequences than beams', () => {
  const stopped = beamCases.filter(
    ({ steps, options }) => options.max_new_tokens !== undefined && steps < options.max_new_tokens,
  )
  const padded = beamCases.filter(({ beam_indices }) => beam_indices!.some((row) => row.at(-1) === -1))
  const fewer = beamCases.filter(({ options }) => (options.num_return_sequences ?? 1) < options.num_beams!)
  assert.ok(Math.min(stopped.length, padded.length, fewer.length) >= 5, `${stopped.length} ${padded.length}`)
})

test('the prompt runs once, and the step after it spreads its rows over the beams', async () => {
  const decoder = openTableDecoder()
  await generateFromTable([[0, 5], [0, 9]], { num_beams: 3, max_new_tokens: 3 }, undefined, decoder) // prettier-ignore
  const [prompt, first, second] = decoder.steps
  assert.deepEqual(prompt!.input_ids.dims, [2, 2])
  assert.deepEqual(first!.beam_idx, [0, 0, 0, 1, 1, 1])
  assert.deepEqual(first!.input_ids.dims, [6, 1])
  assert.ok(second!.beam_idx!.slice(0, 3).every((row) => row < 3))
  assert.ok(second!.beam_idx!.slice(3).every((row) => row >= 3))
})

test('a custom processor that leaves one token forces it on every beam', async () => {
  const force = (ids: readonly number[], scores: Float32Array) => {
    if (ids.length === 2) scores.forEach((_, token) => (scores[token] = token === 7 ? scores[7]! : -Infinity))
  }
  const options = { num_beams: 3, num_return_sequences: 3, max_new_tokens: 4, logits_processor: [force] }
  const { sequences } = await generateFromTable([[0, 5]], options)
  const rows = rowsOf(sequences)
  assert.deepEqual(new Set(rows.map((row) => row[2])), new Set([7]))
  assert.equal(new Set(rows.map(String)).size, 3)
})

test('beams that are drawn differ with the seed and repeat with it', async () => {
  const draw = async (seed: number) => {
    const options = { num_beams: 2, do_sample: true, temperature: 2, max_new_tokens: 8, seed }
    return String(rowsOf((await generateFromTable([[0, 5]], options)).sequences)[0])
  }
  assert.equal(await draw(1), await draw(1))
  const different = new Set(await Promise.all([1, 2, 3, 4, 5].map(draw)))
  assert.ok(different.size >= 4)
})
