import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { convert } from '../../src/ir/convert.ts'
import { describePart } from '../../src/ir/describe-part.ts'
import { temporaryFolder } from '../checkpoint/make-safetensors.ts'
import { MODEL } from './model-copies.ts'

test('a part is described by its ends, states, operations, blocks and constants', async (t) => {
  const folder = join(temporaryFolder(t), 'ir')
  const { parts } = await convert(MODEL, folder, { weights: 'int8' })
  const text = await describePart(folder, 'text')
  assert.deepEqual(text.inputs[5], { name: 'logits_to_keep', type: 'i64', shape: [1] })
  assert.deepEqual(text.inputs[6], { name: 'beam_idx', type: 'i32', shape: [undefined] })
  assert.deepEqual(text.outputs, [
    { name: 'last_hidden_state', type: 'f32', shape: [undefined, undefined, 64] },
    { name: 'logits', type: 'f32', shape: [undefined, undefined, 65037] },
  ])
  assert.deepEqual(text.states[0], {
    name: 'layers.0.key',
    type: 'f32',
    shape: [undefined, undefined, 4, 16],
  })
  assert.equal(text.states.length, 6)
  const count = (type: string) => text.operations.find((operation) => operation.type === type)?.count
  assert.deepEqual(['MatMul', 'ScaledDotProductAttention', 'MVN', 'Const', 'Parameter'].map(count), [
    19,
    3,
    13,
    undefined,
    undefined,
  ])
  // Of each of the 19 matrices: codes to float16, times scales, to float32.
  assert.deepEqual(text.decompression, [
    { type: 'Convert', count: 38 },
    { type: 'Multiply', count: 19 },
  ])
  assert.deepEqual(
    text.blocks.map(({ name }) => name),
    [
      '',
      'embed_tokens',
      ...[0, 1, 2].flatMap((i) =>
        ['self_attn_layer_norm', 'self_attn', 'final_layer_norm', 'ffn'].map((b) => `layers.${i}.${b}`),
      ),
      'layer_norm',
    ],
  )
  const total = (sizes: readonly { readonly bytes: number }[]) =>
    sizes.reduce((sum, { bytes }) => sum + bytes, 0)
  assert.equal(total(text.blocks), total(text.constants))
  const literals = text.constants.find(({ type }) => type === 'i64')!.bytes + 4 * 2 // and the float32 numbers 0 and 8
  assert.equal(total(text.constants), parts.text.weightBytes + literals)
  assert.equal(text.constants[0]!.type, 'i8')
  await assert.rejects(describePart(folder, 'audio' as 'text'), {
    name: 'RangeError',
    message: /vision, projection, text/,
  })
})
