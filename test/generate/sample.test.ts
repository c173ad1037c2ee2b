import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import type { LogitsProcessor } from '../../src/generate/logits-processors.ts'
import { close, generateFromTable, openTableDecoder, rowsOf, table, tableLogits, valuesOf } from './table.ts'

const greedyCases = table.cases.filter(({ options }) => (options.num_beams ?? 1) === 1)

test('greedy search finds the sequences and scores that transformers finds', async (t) => {
  assert.equal(greedyCases.length, 15)
  for (const golden of greedyCases) {
    await t.test(JSON.stringify(golden.options), async () => {
      const { input_ids, attention_mask, options } = golden
      const found = await generateFromTable(input_ids, { ...options, output_scores: true }, attention_mask)
      assert.deepEqual(rowsOf(found.sequences), golden.sequences)
      assert.equal(found.scores!.length, golden.steps)
      golden.scores?.forEach((rows, step) => {
        close(valuesOf(found.scores![step]), rows.flat())
      })
      assert.equal(found.beam_indices, undefined)
    })
  }
})

test('sampling among one token is greedy search', async () => {
  const prompt = [[0, 5, 9]]
  const greedy = await generateFromTable(prompt, { max_new_tokens: 12 })
  const drawn = await generateFromTable(prompt, { max_new_tokens: 12, do_sample: true, top_k: 1 })
  assert.deepEqual(rowsOf(drawn.sequences), rowsOf(greedy.sequences))
})

test('sampling repeats with its seed, and differs with another', async () => {
  const draw = async (seed?: number) => {
    const options = { max_new_tokens: 10, do_sample: true, temperature: 3, eos_token_id: null, seed }
    return String(rowsOf((await generateFromTable([[0, 5]], options)).sequences))
  }
  assert.equal(await draw(7), await draw(7))
  assert.notEqual(await draw(7), await draw(8))
  assert.notEqual(await draw(), await draw())
})

test('tokens are drawn by their probability', async () => {
  const draws = 20_000
  const options = { max_new_tokens: 1, do_sample: true, top_k: 4, num_return_sequences: draws, seed: 3 }
  const { sequences } = await generateFromTable([[0, 5]], options)
  const counts = new Map<number, number>()
  for (const row of rowsOf(sequences)) counts.set(row[2]!, (counts.get(row[2]!) ?? 0) + 1)
  const logits = tableLogits([0, 5])
  const likeliest = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]!).slice(0, 4)
  const weights = likeliest.map((token) => Math.exp(logits[token]!))
  const total = weights.reduce((a, b) => a + b)
  assert.deepEqual(new Set(counts.keys()), new Set(likeliest))
  likeliest.forEach((token, i) => {
    const p = weights[i]! / total
    // Five standard deviations of the binomial distribution.
    const tolerance = 5 * Math.sqrt((p * (1 - p)) / draws)
    assert.ok(
      Math.abs(counts.get(token)! / draws - p) < tolerance,
      `${token}: ${counts.get(token)!} for ${p}`,
    )
  })
})

test('tokens that were not drawn can be ruled out without a change to what is drawn', async () => {
  const options = {
    max_new_tokens: 12,
    do_sample: true,
    top_k: 0,
    temperature: 2,
    eos_token_id: null,
    seed: 5,
  }
  const draw = async (more: object): Promise<readonly number[][]> =>
    rowsOf((await generateFromTable([[0, 5], [0, 9]], { ...options, ...more })).sequences) // prettier-ignore
  const free = await draw({})
  const drawn = new Set(free.flat())
  const ruleOut: LogitsProcessor = (_, scores) => {
    scores.forEach((_, token) => {
      if (!drawn.has(token)) scores[token] = -Infinity
    })
  }
  assert.ok(drawn.size < table.vocab_size / 2)
  assert.deepEqual(await draw({ logits_processor: [ruleOut] }), free)
})

test('several sequences of a prompt run it once, and then go their own ways', async () => {
  const decoder = openTableDecoder()
  const options = { max_new_tokens: 4, do_sample: true, num_return_sequences: 3, eos_token_id: null, seed: 1 }
  const { sequences } = await generateFromTable([[0, 5], [0, 9]], options, undefined, decoder) // prettier-ignore
  assert.deepEqual(sequences.dims, [6, 6])
  assert.equal(new Set(rowsOf(sequences).map(String)).size, 6)
  assert.deepEqual(
    decoder.steps.map(({ input_ids, beam_idx }) => [input_ids.dims, beam_idx]),
    [
      [[2, 2], undefined],
      [
        [6, 1],
        [0, 0, 0, 1, 1, 1],
      ],
      [[6, 1], undefined],
      [[6, 1], undefined],
    ],
  )
})
