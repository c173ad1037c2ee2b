import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { generate } from '../../src/generate/generate.ts'
import { type GenerateOptions, resolveOptions } from '../../src/generate/options.ts'
import type { GenerateInputs } from '../../src/generate/prompt.ts'
import type { Streamer } from '../../src/generate/streamer.ts'
import { float32, int64, type Tensor } from '../../src/tensor.ts'
import { openTableDecoder, rowsOf, tableConfig, tableDefaults, toTensor } from './table.ts'

const prompt = { input_ids: toTensor([[0, 5, 9]]) }

function run(
  inputs: GenerateInputs,
  options: GenerateOptions = {},
  decoder = openTableDecoder(),
  config = tableConfig,
) {
  return generate(() => Promise.resolve(decoder), inputs, resolveOptions(options, tableDefaults), config)
}

/** Keeps what it is given, or does something else with it. */
function recorder(onPut: (ids: readonly number[]) => void = () => undefined) {
  const calls: (readonly number[] | 'end')[] = []
  const streamer: Streamer = {
    put(ids) {
      calls.push(ids)
      onPut(ids)
    },
    end() {
      calls.push('end')
    },
  }
  return { calls, streamer }
}

test('the result is a tensor, or with return_dict_in_generate what was asked for', async () => {
  const ids = await run(prompt, { max_new_tokens: 4 })
  assert.deepEqual('dims' in ids && ids.dims, [1, 7])
  const beams = { max_new_tokens: 4, num_beams: 2, num_return_sequences: 2, return_dict_in_generate: true }
  assert.deepEqual(Object.keys(await run(prompt, { ...beams, num_beams: 1, num_return_sequences: 1 })), [
    'sequences',
  ])
  assert.deepEqual(Object.keys(await run(prompt, beams)), ['sequences', 'beam_indices'])
  const all = await run(prompt, { ...beams, output_scores: true })
  assert.ok('sequences' in all)
  assert.deepEqual(all.sequences_scores?.dims, [2])
  assert.deepEqual(
    all.scores?.map(({ dims }) => dims),
    Array(4).fill([2, tableConfig.vocab_size]),
  )
})

test('the decoder gets a mask that grows, positions past the padding, and the picture once', async () => {
  const decoder = openTableDecoder()
  const inputs = {
    input_ids: toTensor([[1, 0, 7, 8], [0, 7, 8, 9]]), // prettier-ignore
    image_embeds: float32(new Float32Array(2 * 2 * 3), [2, 2, 3]),
    image_embeds_position_mask: toTensor([[0, 0, 1, 1], [0, 1, 1, 0]]), // prettier-ignore
  }
  await run(inputs, { max_new_tokens: 3, eos_token_id: null }, decoder)
  const [first, second, third] = decoder.steps
  assert.deepEqual(rowsOf(first!.attention_mask), [[0, 1, 1, 1], [1, 1, 1, 1]]) // prettier-ignore
  assert.deepEqual(rowsOf(second!.attention_mask), [[0, 1, 1, 1, 1], [1, 1, 1, 1, 1]]) // prettier-ignore
  assert.deepEqual(rowsOf(first!.position_ids), [[1, 2, 3, 4], [2, 3, 4, 5]]) // prettier-ignore
  assert.deepEqual(rowsOf(second!.position_ids), [[6], [6]])
  assert.deepEqual(rowsOf(third!.position_ids), [[7], [7]])
  assert.deepEqual(first!.image_embeds?.dims, [2, 2, 3])
  assert.deepEqual(first!.image_embeds_position_mask?.dims, [2, 4])
  assert.equal(second!.image_embeds, undefined)
})

test('padding is masked by itself, unless it is an end token too', async () => {
  const maskFor = async (options: GenerateOptions) => {
    const decoder = openTableDecoder()
    await run({ input_ids: toTensor([[1, 0, 7]]) }, { max_new_tokens: 1, ...options }, decoder)
    return rowsOf(decoder.steps[0]!.attention_mask)
  }
  assert.deepEqual(await maskFor({}), [[0, 1, 1]])
  assert.deepEqual(await maskFor({ eos_token_id: [2, 1] }), [[1, 1, 1]])
})

test('without a prompt, generation starts from bos_token_id', async () => {
  const ids = await run({}, { max_new_tokens: 2 })
  assert.equal(rowsOf(ids as Tensor)[0]![0], 0)
  assert.equal(rowsOf(ids as Tensor)[0]!.length, 3)
})

test('without a limit 20 tokens are generated, but not past max_position_embeddings', async () => {
  const length = async (max_position_embeddings: number) => {
    const options = { eos_token_id: null }
    const ids = await run(prompt, options, openTableDecoder(), { ...tableConfig, max_position_embeddings })
    return rowsOf(ids as Tensor)[0]!.length
  }
  assert.equal(await length(1000), 23)
  assert.equal(await length(10), 10)
})

test('a streamer gets the prompt, then each token, then the end', async () => {
  const { calls, streamer } = recorder()
  const ids = await run(prompt, { max_new_tokens: 3, streamer })
  const [row] = rowsOf(ids as Tensor)
  assert.deepEqual(calls, [[0, 5, 9], [row![3]], [row![4]], [row![5]], 'end'])
})

test('generation waits for a streamer that takes its time', async () => {
  const order: string[] = []
  const streamer: Streamer = {
    async put() {
      order.push('put')
      await new Promise((resolve) => setImmediate(resolve))
      order.push('done')
    },
    end: () => undefined,
  }
  await run(prompt, { max_new_tokens: 2, streamer })
  assert.deepEqual(order, ['put', 'done', 'put', 'done', 'put', 'done'])
})

test('an abort rejects with its reason, keeps what was streamed, ends the stream and disposes of the decoder', async () => {
  const abort = new AbortController()
  const reason = new Error('enough')
  const { calls, streamer } = recorder(() => {
    if (calls.length === 3) abort.abort(reason)
  })
  const decoder = openTableDecoder()
  await assert.rejects(run(prompt, { max_new_tokens: 9, streamer, signal: abort.signal }, decoder), reason)
  assert.equal(calls.length, 4)
  assert.equal(calls.at(-1), 'end')
  assert.equal(decoder.steps.length, 2)
  assert.ok(decoder.isDisposed)
})

test('an abort while the decoder runs its last step rejects with its reason, also from beam search', async () => {
  const abort = new AbortController()
  const decoder = openTableDecoder()
  const { step } = decoder
  decoder.step = (asked) => {
    if (decoder.steps.length === 2) abort.abort('stop')
    return step(asked)
  }
  const failure = run(prompt, { max_new_tokens: 3, num_beams: 2, signal: abort.signal }, decoder)
  assert.equal(await failure.catch((error: unknown) => error), 'stop')
  assert.equal(decoder.steps.length, 3)
  assert.ok(decoder.isDisposed)
})

test('what is aborted before it starts opens no decoder', async () => {
  const options = resolveOptions({ signal: AbortSignal.abort('early') }, tableDefaults)
  const open = () => assert.fail('opened')
  assert.equal(await generate(open, prompt, options, tableConfig).catch((error: unknown) => error), 'early')
})

test('the decoder is disposed of when the decoder, a processor or the streamer fails', async () => {
  const fail = () => {
    throw new Error('broken')
  }
  const cases: GenerateOptions[] = [{ logits_processor: [fail] }, { streamer: recorder(fail).streamer }]
  for (const options of cases) {
    const decoder = openTableDecoder()
    await assert.rejects(run(prompt, { max_new_tokens: 2, ...options }, decoder), /broken/)
    assert.ok(decoder.isDisposed)
  }
  const decoder = { ...openTableDecoder(), step: () => Promise.reject(new Error('broken')) }
  await assert.rejects(run(prompt, { max_new_tokens: 2 }, decoder), /broken/)
  assert.ok(decoder.isDisposed)
})

test('inputs that do not fit are errors before a decoder is opened', async () => {
  const ids = prompt.input_ids
  const embeds = float32(new Float32Array(6), [1, 2, 3])
  const two = toTensor([[0, 5], [0, 6]]) // prettier-ignore
  const faults: [inputs: GenerateInputs, options: GenerateOptions, message: RegExp][] = [
    [
      { input_ids: float32(new Float32Array(3), [1, 3]) },
      {},
      /int64 tensor \[B, S\] for input_ids but received a float32/,
    ],
    [
      { input_ids: int64([], [1, 0]) },
      {},
      /at least one row and one token for input_ids but received \[ 1, 0 \]/,
    ],
    [{ input_ids: ids, attention_mask: toTensor([[1, 1]]) }, {}, /\[1, 3\] for attention_mask .* \[1, 2\]/],
    [
      { input_ids: ids, attention_mask: toTensor([[1, 1, 2]]) },
      {},
      /zeros and ones for attention_mask but received 2n/,
    ],
    [{ image_embeds: embeds }, {}, /input_ids with image_embeds/],
    [{}, { bos_token_id: null }, /input_ids or bos_token_id to start from/],
    [prompt, { eos_token_id: [2, 48] }, /token id from 0 to 47 for eos_token_id but received 48/],
    [prompt, { num_beams: 49 }, /at most vocab_size, 48 for num_beams but received 49/],
    [prompt, { max_length: 3 }, /more than the prompt's 3 tokens .* for max_length but received 3/],
    [
      prompt,
      { max_length: 5, min_new_tokens: 3 },
      /at most the longest allowed, 5 tokens for min_new_tokens .* 6/,
    ],
    [
      prompt,
      { max_new_tokens: 2, min_length: 6 },
      /at most the longest allowed, 5 tokens for min_length .* 6/,
    ],
    [{ input_ids: two }, { streamer: recorder().streamer }, /one row when there is a streamer/],
  ]
  for (const [inputs, options, message] of faults) {
    const open = () => assert.fail('opened')
    await assert.rejects(generate(open, inputs, resolveOptions(options, tableDefaults), tableConfig), {
      message,
    })
  }
})

test('padding on the right of a batch is warned of', async () => {
  const warning = new Promise<Error>((resolve) => process.once('warning', resolve))
  await run({ input_ids: toTensor([[0, 5], [0, 1]]) }, { max_new_tokens: 1 }) // prettier-ignore
  assert.match((await warning).message, /Row 1 of the batch ends in padding.*pad on the left/)
})
