import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { EncodeOptions } from '../../src/text/encode-options.ts'
import { Kosmos2Tokenizer } from '../../src/text/tokenizer.ts'
import { float32, int64 } from '../../src/tensor.ts'
import { CHECKPOINTS, readProcessorA, readProcessorB } from './goldens.ts'

const tokenizers = {
  'model-a': await Kosmos2Tokenizer.from_pretrained(CHECKPOINTS['model-a']),
  tiny: await Kosmos2Tokenizer.from_pretrained(CHECKPOINTS.tiny),
}
const tokenizer = tokenizers['model-a']

test('texts have the ids of the reference, and ids its texts', () => {
  const goldens = readProcessorA().tokenizer
  assert.equal(goldens.length, 280)
  for (const { text, ids, ids_plain, decoded, decoded_raw } of goldens) {
    assert.deepEqual(tokenizer.call(text), { input_ids: ids, attention_mask: ids.map(() => 1) }, text)
    assert.deepEqual(tokenizer.encode(text, { add_special_tokens: false }), ids_plain, text)
    assert.equal(tokenizer.decode(ids, { skip_special_tokens: true }), decoded)
    assert.equal(tokenizer.decode(ids), decoded_raw)
  }
})

test('white space that Rust and JavaScript see differently is what Rust sees', () => {
  for (const { checkpoint, text, ids, decoded, cleaned } of readProcessorB().spaces) {
    const one = tokenizers[checkpoint]
    assert.deepEqual(one.encode(text, { add_special_tokens: false }), ids, JSON.stringify(text))
    assert.equal(one.decode(ids), decoded)
    assert.equal(one.decode(ids, { clean_up_tokenization_spaces: true }), cleaned)
  }
})

test('padding, truncation and further fields are those of the reference', () => {
  const goldens = readProcessorB().encodings
  assert.equal(goldens.length, 28)
  for (const { checkpoint, call, output } of goldens) {
    const { text, truncation_side = 'right', ...options } = call
    const one = tokenizers[checkpoint]
    one.truncation_side = truncation_side as 'left' | 'right'
    const actual = (): unknown => one.call(text as string | string[], options as EncodeOptions)
    if (output === undefined) assert.throws(actual, /a multiple of pad_to_multiple_of \(4\) for max_length/)
    else assert.deepEqual(actual(), output, JSON.stringify(call))
    one.truncation_side = 'right'
  }
})

test('tensors are int64 with a row a text', () => {
  const { input_ids, attention_mask, length } = tokenizer.call(['a', 'a cat'], {
    padding: true,
    return_length: true,
    return_tensors: 'pt',
  })
  assert.deepEqual([input_ids.type, input_ids.dims], ['int64', [2, 4]])
  assert.deepEqual([...(input_ids.data as BigInt64Array)], [0n, 10n, 2n, 1n, 0n, 10n, 2540n, 2n])
  assert.deepEqual([...(attention_mask.data as BigInt64Array)], [1n, 1n, 1n, 0n, 1n, 1n, 1n, 1n])
  assert.deepEqual([length!.dims, ...(length!.data as BigInt64Array)], [[2], 4n, 4n])
  assert.deepEqual(tokenizer.call('a', { return_tensors: 'pt' }).input_ids.dims, [1, 3])
  assert.throws(
    () => tokenizer.call(['a', 'a cat'], { return_tensors: 'pt' }),
    /RangeError: Expected rows of one length for the tensor input_ids but they have 3, 4; padding: true/,
  )
})

test('ids beyond the vocabulary vanish and negative ones are refused', () => {
  assert.equal(tokenizer.decode([10, 65037, 10_000_000, 2540]), 'a cat')
  assert.equal(tokenizer.decode([65037]), '')
  assert.equal(tokenizer.decode([]), '')
  assert.throws(
    () => tokenizer.decode([10, -1]),
    /RangeError: Expected an integer from 0 for a token id but received -1/,
  )
})

test('ids may come as numbers, bigints, tensors and results of generate', () => {
  const rows = int64([0, 10, 2540, 2, 10, 1133, 2, 1], [2, 4])
  const texts = ['<s> a cat</s>', 'a dog</s><pad>']
  assert.deepEqual(tokenizer.batch_decode(rows), texts)
  assert.deepEqual(tokenizer.batch_decode({ sequences: rows }), texts)
  assert.deepEqual(
    tokenizer.batch_decode([
      [0n, 10n, 2540n, 2n],
      [10, 1133, 2, 1],
    ]),
    texts,
  )
  assert.deepEqual(tokenizer.batch_decode([10n, 2540n]), ['a cat'])
  assert.equal(tokenizer.decode(int64([10, 2540], [2])), 'a cat')
  assert.equal(tokenizer.decode(10n), 'a')
  assert.throws(() => tokenizer.decode(rows), /for several rows there is batch_decode\) for token_ids/)
  assert.throws(
    () => tokenizer.batch_decode(float32(new Float32Array(8), [2, 4])),
    /Expected an int64 tensor \[B, S\] or \[S\] for sequences but received a float32 tensor \[2, 4\]/,
  )
  assert.throws(
    () => tokenizer.batch_decode([[1], [1.5]]),
    /token ids: .* for sequences\[1\] but received 1\.5/,
  )
})

test('tokens and ids are converted into one another', () => {
  const tokens = ['<grounding>', '▁snow', '<patch_index_1023>', '</s>', 'no such token']
  const ids = tokenizer.convert_tokens_to_ids(tokens)
  assert.deepEqual(ids, [64012, ids[1], 65036, 2, 3])
  assert.deepEqual(tokenizer.convert_ids_to_tokens(ids), [...tokens.slice(0, 4), '<unk>'])
  assert.deepEqual(tokenizer.convert_ids_to_tokens(ids, { skip_special_tokens: true }), tokens.slice(0, 3))
  assert.equal(tokenizer.convert_tokens_to_ids('</image>'), 64004)
  assert.equal(tokenizer.convert_ids_to_tokens(65037), null)
  assert.equal(tokenizer.get_vocab().get('<grounding>'), 64012)
})

test('the vocabulary, the special tokens and the inputs of the model are those of the reference', () => {
  const { vocab_size, length, bos_token_id, eos_token_id, unk_token_id, pad_token_id, padding_side } =
    tokenizer
  assert.deepEqual(
    { vocab_size, length, bos_token_id, eos_token_id, unk_token_id, pad_token_id, padding_side },
    {
      vocab_size: 64002,
      length: 65037,
      bos_token_id: 0,
      eos_token_id: 2,
      unk_token_id: 3,
      pad_token_id: 1,
      padding_side: 'right',
    },
  )
  const { text_config } = JSON.parse(readFileSync(join(CHECKPOINTS.tiny, 'config.json'), 'utf8')) as {
    text_config: { vocab_size: number }
  }
  assert.equal(tokenizers.tiny.length, text_config.vocab_size)
  assert.deepEqual(tokenizer.model_input_names, ['input_ids', 'attention_mask'])
})

test('arguments that do not fit are refused, saying what was expected', () => {
  const bad: [unknown, unknown, RegExp][] = [
    [1, {}, /Expected a string or an array of strings for text but received 1/],
    [['a', null], {}, /Expected a string for text\[1\] but received null/],
    [[], {}, /Expected at least one string for text/],
    ['\ud83d', {}, /well-formed Unicode, without half of a surrogate pair, for text/],
    [
      'a',
      { pading: true },
      /Unknown option 'pading' for tokenizer\.call; its options are add_special_tokens, padding,/,
    ],
    [
      'a',
      { padding: 'left' },
      /true, false, 'longest', 'max_length' or 'do_not_pad' for padding but received 'left'/,
    ],
    ['a', { truncation: 'only_second' }, /'longest_first', 'only_first' or 'do_not_truncate' for truncation/],
    ['a', { max_length: 1 }, /RangeError: Expected an integer from 2 for max_length but received 1/],
    ['a', { max_length: '9' }, /TypeError: Expected an integer from 2 for max_length but received '9'/],
    ['a', { padding_side: 'top' }, /'left' or 'right' for padding_side but received 'top'/],
    ['a', { max_length: 5, stride: 3 }, /an integer below 3, the places that max_length leaves for stride/],
    ['a', { add_special_tokens: 1 }, /true or false for add_special_tokens but received 1/],
    [
      'a',
      { padding: 'max_length', max_length: 1e12 },
      /at most 1048576 to pad to, but .* ask for 1000000000000/,
    ],
    ['a', { return_tensors: 'tf' }, /'pt', 'np' or null for return_tensors but received 'tf'/],
    ['qz'.repeat(100_000), {}, /words of reasonable length but received 'qzq.*too many pieces/],
  ]
  for (const [text, options, message] of bad)
    assert.throws(() => tokenizer.call(text as string, options as EncodeOptions), message)
  assert.throws(() => {
    tokenizer.padding_side = 'both' as 'left'
  }, /'left' or 'right' for padding_side but received 'both'/)
})
