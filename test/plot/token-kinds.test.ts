import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tokenKind } from '../../src/plot/token-kinds.ts'

test('each token has the kind of what it is there for', () => {
  const kinds = {
    special: ['<s>', '</s>', '<pad>', '<unk>', '</chunk>'],
    image: ['<image>', '</image>'],
    grounding: [
      '<grounding>',
      '<phrase>',
      '</phrase>',
      '<object>',
      '</object>',
      '</delimiter_of_multi_objects/>',
    ],
    patch: ['<patch_index_0000>', '<patch_index_1023>'],
    text: ['▁snowman', '<', '<script>', '<patch_index_1>', 'constructor', ''],
  }
  for (const [kind, pieces] of Object.entries(kinds))
    for (const piece of pieces) assert.equal(tokenKind(piece, false), kind, piece)
  assert.equal(tokenKind('▁.', true), 'image')
})
