import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { resolveOptions } from '../../src/generate/options.ts'

test('without options there is one greedy sequence', () => {
  assert.deepEqual(resolveOptions({}, { eos_token_id: 2, pad_token_id: 1, bos_token_id: 0 }), {
    max_new_tokens: undefined,
    max_length: undefined,
    min_new_tokens: 0,
    min_length: 0,
    num_beams: 1,
    length_penalty: 1,
    early_stopping: false,
    num_return_sequences: 1,
    sampling: null,
    repetition_penalty: 1,
    no_repeat_ngram_size: 0,
    eos_token_id: [2],
    pad_token_id: 1,
    bos_token_id: 0,
    return_dict_in_generate: false,
    output_scores: false,
    logits_processor: [],
    streamer: undefined,
    signal: undefined,
  })
})

test('sampling has the defaults of transformers', () => {
  const { sampling } = resolveOptions({ do_sample: true })
  assert.deepEqual(sampling, { temperature: 1, top_k: 50, top_p: 1, seed: undefined })
})

test("the caller's options come before the checkpoint's, of which those for sampling rest until asked for", () => {
  const defaults = { max_new_tokens: 100, num_beams: 3, temperature: 0.7 }
  const options = resolveOptions({ num_beams: 2, repetition_penalty: undefined }, defaults)
  assert.equal(options.max_new_tokens, 100)
  assert.equal(options.num_beams, 2)
  assert.equal(options.repetition_penalty, 1)
  assert.equal(options.sampling, null)
  assert.equal(resolveOptions({ do_sample: true }, defaults).sampling?.temperature, 0.7)
})

test("either limit of the caller's takes the place of the checkpoint's", () => {
  const most = resolveOptions({ max_length: 80 }, { max_new_tokens: 100, min_length: 5 })
  assert.deepEqual([most.max_length, most.max_new_tokens, most.min_length], [80, undefined, 5])
  const least = resolveOptions({ min_new_tokens: 8 }, { max_new_tokens: 100, min_length: 5 })
  assert.deepEqual([least.max_new_tokens, least.min_new_tokens, least.min_length], [100, 8, 0])
})

test('end tokens are one, several or none, and the first is the padding where none is named', () => {
  const several = resolveOptions({ eos_token_id: [5, 2, 5] })
  assert.deepEqual([several.eos_token_id, several.pad_token_id], [[5, 2], 5])
  const none = resolveOptions({ eos_token_id: null }, { eos_token_id: 2 })
  assert.deepEqual([none.eos_token_id, none.pad_token_id], [[], null])
})

test('each option is checked, and the message says what was expected and what came', () => {
  const streamer = { put() {}, end() {} }
  const faults: [options: Record<string, unknown>, message: RegExp][] = [
    [{ max_tokens: 5 }, /Unknown option 'max_tokens' for generate; its options are max_new_tokens, /],
    [{ max_new_tokens: 0 }, /integer from 1 for max_new_tokens but received 0/],
    [{ max_new_tokens: '5' }, /integer from 1 for max_new_tokens but received '5' of type string/],
    [{ max_length: 2.5 }, /integer from 1 for max_length but received 2.5/],
    [{ min_new_tokens: -1 }, /integer from 0 for min_new_tokens but received -1/],
    [{ num_beams: 0 }, /integer from 1 for num_beams but received 0/],
    [{ num_beams: 2, length_penalty: NaN }, /finite number for length_penalty but received NaN/],
    [
      { num_beams: 2, early_stopping: 'always' },
      /true, false or 'never' for early_stopping but received 'always'/,
    ],
    [{ do_sample: 1 }, /true or false for do_sample but received 1/],
    [{ do_sample: true, temperature: 0 }, /number above 0 for temperature but received 0/],
    [{ do_sample: true, top_k: -1 }, /integer from 0 for top_k but received -1/],
    [{ do_sample: true, top_p: 1.1 }, /number from 0 to 1 for top_p but received 1.1/],
    [{ do_sample: true, seed: 2 ** 53 }, /integer from 0 for seed/],
    [{ repetition_penalty: 0 }, /number above 0 for repetition_penalty but received 0/],
    [{ eos_token_id: [2, -1] }, /integer from 0 for eos_token_id\[1\] but received -1/],
    [{ eos_token_id: [] }, /a token id, several, or null for none for eos_token_id but received \[\]/],
    [{ pad_token_id: 'x' }, /integer from 0 for pad_token_id but received 'x'/],
    [{ logits_processor: [1] }, /array of functions .* for logits_processor/],
    [{ streamer: { put: 1 } }, /object with put\(ids\) and end\(\) for streamer/],
    [{ signal: {} }, /AbortSignal for signal/],
    [{ max_new_tokens: 5, max_length: 50 }, /max_new_tokens or max_length, but both came/],
    [{ min_new_tokens: 5, min_length: 50 }, /min_new_tokens or min_length, but both came/],
    [{ max_new_tokens: 5, min_new_tokens: 6 }, /at most max_new_tokens, 5 for min_new_tokens but received 6/],
    [{ temperature: 0.5 }, /temperature \(0.5\) only acts with do_sample: true/],
    [{ seed: 0 }, /seed \(0\) only acts with do_sample: true/],
    [{ early_stopping: true }, /early_stopping \(true\) only acts with num_beams of at least 2/],
    [{ output_scores: true }, /output_scores \(true\) needs return_dict_in_generate: true/],
    [{ num_beams: 2, num_return_sequences: 3 }, /at most num_beams, 2 for num_return_sequences/],
    [{ num_return_sequences: 2 }, /1, as greedy search finds one continuation/],
    [{ num_beams: 2, streamer }, /A streamer needs a single sequence/],
    [{ do_sample: true, num_return_sequences: 2, streamer }, /A streamer needs a single sequence/],
  ]
  for (const [options, message] of faults)
    assert.throws(() => resolveOptions(options), { message }, JSON.stringify(options))
})

test('options that change nothing may stand beside any others, as in transformers', () => {
  resolveOptions({
    temperature: 1,
    top_k: 50,
    top_p: 1,
    length_penalty: 1,
    early_stopping: false,
    output_scores: false,
  })
})
