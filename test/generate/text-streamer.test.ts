import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { type Decodes, TextStreamer, type TextStreamerOptions } from '../../src/generate/text-streamer.ts'

// A tokenizer whose tokens are pieces of text; token 0 is special.
const pieces = ['<s>', 'An', ' image', ' of', ' a snow', 'man', '.\n', ' Next', '雪', '人', '😀', ' end']
const tokenizer: Decodes = {
  decode: (ids, { skip_special_tokens }) =>
    ids.map((id) => (id === 0 && skip_special_tokens ? '' : pieces[id]!)).join(''),
}

function stream(prompt: readonly number[], ids: readonly number[], options: TextStreamerOptions = {}) {
  const texts: string[] = []
  const streamer = new TextStreamer(tokenizer, { ...options, callback_function: (text) => texts.push(text) })
  streamer.put(prompt)
  for (const id of ids) streamer.put([id])
  streamer.end()
  return texts
}

test('text comes in whole words, and all of it by the end', () => {
  assert.deepEqual(stream([0, 1, 2], [3, 4, 5]), ['<s>An ', 'image ', 'of a ', 'snowman'])
})

test('the prompt and special tokens can be left out', () => {
  const options = { skip_prompt: true, skip_special_tokens: true }
  assert.deepEqual(stream([0, 1, 2], [3, 4, 5, 0], options), [' ', 'of a ', 'snowman'])
})

test('a newline or an ideograph is handed on at once', () => {
  assert.deepEqual(stream([1], [5, 6, 7, 8, 9, 10, 11]), ['Anman.\n', ' ', 'Next雪', '人', '😀 ', 'end'])
})

test('after a newline only what follows is decoded, so that long texts stay cheap', () => {
  const decoded: number[] = []
  const counting: Decodes = {
    decode(ids, options) {
      decoded.push(ids.length)
      return tokenizer.decode(ids, options)
    },
  }
  const streamer = new TextStreamer(counting, { callback_function: () => undefined })
  for (const ids of [[1, 2], [6], [7], [3]]) streamer.put(ids)
  assert.deepEqual(decoded, [2, 3, 1, 2])
})

test('a streamer can be used again, its next prompt skipped again', () => {
  const texts: string[] = []
  const streamer = new TextStreamer(tokenizer, {
    skip_prompt: true,
    callback_function: (text) => texts.push(text),
  })
  for (let i = 0; i < 2; i++) {
    streamer.put([0, 1])
    streamer.put([3])
    streamer.end()
  }
  assert.deepEqual(texts, [' ', 'of', ' ', 'of'])
})

test('without a callback the text goes to standard output, with a newline at the end', (t) => {
  const written: unknown[] = []
  const write = t.mock.method(process.stdout, 'write', (text: unknown) => {
    written.push(text)
    return true
  })
  const streamer = new TextStreamer(tokenizer)
  streamer.put([1, 2])
  streamer.end()
  write.mock.restore()
  assert.deepEqual(written, ['An ', 'image\n'])
})

test('what is no tokenizer, no option or no function is refused', () => {
  assert.throws(
    () => new TextStreamer({} as Decodes),
    /decode\(ids, options\) for tokenizer but received \{\}/,
  )
  assert.throws(
    () => new TextStreamer(tokenizer, { skip: true } as TextStreamerOptions),
    /Unknown option 'skip'/,
  )
  const callback_function = 'print' as unknown as () => void
  assert.throws(
    () => new TextStreamer(tokenizer, { callback_function }),
    /a function .* for callback_function/,
  )
})
