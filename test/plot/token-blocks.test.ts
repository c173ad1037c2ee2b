import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tokenBlocks, type TokenInputs, type TokenSource } from '../../src/plot/token-blocks.ts'
import { int64 } from '../../src/tensor.ts'

const pieces = ['<pad>', '<image>', 'a', 'b', '</image>', '▁it']
const tokenizer = { convert_ids_to_tokens: (ids: number[]) => ids.map((id) => pieces[id] ?? null) }
const rows = {
  input_ids: int64([0, 0, 0, 0, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 5, 5, 5, 9], [2, 9]),
  image_embeds_position_mask: int64([0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0], [2, 9]),
}

test('image slots and long runs of equal tokens are one block each, others stand alone', () => {
  assert.deepEqual(
    tokenBlocks(rows, tokenizer, 0).map(({ kind, piece, ids, position, slots }) => [
      position,
      kind,
      piece,
      ids,
      slots,
    ]),
    [
      [0, 'special', '<pad>', [0, 0, 0, 0], false],
      [4, 'image', '<image>', [1], false],
      [5, 'image', 'a', [2, 3], true],
      [7, 'image', '</image>', [4], false],
      [8, 'text', '▁it', [5], false],
    ],
  )
})

test('a run of equal tokens ends where the image slots begin, and a short run stays single tokens', () => {
  const inputs = { input_ids: [2, 2, 2, 2, 2, 3, 3, 3], image_embeds_position_mask: [0, 0, 0, 0, 1, 0, 0, 0] }
  assert.deepEqual(
    tokenBlocks(inputs, tokenizer, 0).map(({ ids }) => ids.length),
    [4, 1, 1, 1, 1],
  )
})

test('a row of a batch, plain numbers and bigints are read alike; an id without a token shows as ?', () => {
  const second = tokenBlocks(rows, tokenizer, 1)
  assert.deepEqual(
    second.map(({ piece }) => piece),
    ['<image>', 'a', '</image>', '▁it', '?'],
  )
  const [ids, mask] = [rows.input_ids, rows.image_embeds_position_mask].map((tensor) =>
    [...(tensor.data as BigInt64Array)].slice(9),
  ) as [bigint[], bigint[]]
  assert.deepEqual(tokenBlocks({ input_ids: ids, image_embeds_position_mask: mask }, tokenizer, 0), second)
  const numbers = { input_ids: ids.map(Number), image_embeds_position_mask: mask.map(Number) }
  assert.deepEqual(tokenBlocks(numbers, tokenizer, 0), second)
})

const ids = [1, 2]
const bad: [what: string, inputs: unknown, tokens: unknown, row: number, message: RegExp][] = [
  [
    'no ids',
    {},
    tokenizer,
    0,
    /Expected an int64 tensor \[B, S\] or an array of whole numbers for input_ids but received undefined/,
  ],
  [
    'ids of one dimension',
    { input_ids: int64([1, 2], [2]) },
    tokenizer,
    0,
    /Expected a int64 tensor \[B, S\] for input_ids but received a int64 tensor \[2\]/,
  ],
  [
    'a broken id',
    { input_ids: [1, 2.5] },
    tokenizer,
    0,
    /Expected a whole number for input_ids\[1\] but received 2.5/,
  ],
  [
    'a row that is not there',
    rows,
    tokenizer,
    2,
    /Expected a whole number from 0 to 1 for row but received 2/,
  ],
  [
    'a second row of one',
    { input_ids: ids },
    tokenizer,
    1,
    /Expected 0 for input_ids given as one row for row but received 1/,
  ],
  [
    'a short mask',
    { input_ids: ids, image_embeds_position_mask: [1] },
    tokenizer,
    0,
    /Expected 2, as many as input_ids for the length of image_embeds_position_mask but received 1/,
  ],
  [
    'a mask of other numbers',
    { input_ids: ids, image_embeds_position_mask: [0, 2] },
    tokenizer,
    0,
    /Expected zeros and ones for image_embeds_position_mask but received 2/,
  ],
  [
    'too few tokens',
    { input_ids: ids },
    ['a'],
    0,
    /as many as input_ids for the length of tokens but received 1/,
  ],
  [
    'tokens that are no strings',
    { input_ids: ids },
    ['a', 2],
    0,
    /Expected a string for tokens\[1\] but received 2/,
  ],
  [
    'no tokens',
    { input_ids: ids },
    undefined,
    0,
    /Expected an array of strings, or a tokenizer with convert_ids_to_tokens for tokens but received undefined/,
  ],
  [
    'something that is no tokenizer',
    { input_ids: ids },
    {},
    0,
    /or a tokenizer with convert_ids_to_tokens for tokens but received \{\}/,
  ],
]
for (const [what, inputs, tokens, row, message] of bad)
  test(`${what} is refused`, () => {
    assert.throws(() => tokenBlocks(inputs as TokenInputs, tokens as TokenSource, row), message)
  })
