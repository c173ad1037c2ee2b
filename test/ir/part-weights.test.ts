// What one word for the weights stands for: the same in all parts, but that INT4 is for text.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { convert } from '../../src/ir/convert.ts'
import { forEachPart } from '../../src/ir/parts.ts'
import { partWeights } from '../../src/ir/part-weights.ts'
import { temporaryFolder } from '../checkpoint/make-safetensors.ts'

test('a conversion in INT4 has its text part in INT4, and vision and projection in INT8', async (t) => {
  const { parts } = await convert('test/goldens/model-a', join(temporaryFolder(t), 'ir'), { weights: 'int4' })
  assert.deepEqual(
    forEachPart((part) => parts[part].settings.precision),
    { vision: 'int8', projection: 'int8', text: 'int4' },
  )
})

test('other precisions are those of every part, and a precision given for a part is what it has', async (t) => {
  for (const weights of ['fp32', 'fp16', 'int8'] as const)
    assert.deepEqual(
      partWeights(weights),
      forEachPart(() => weights),
    )
  const weights = { ...partWeights('int4'), vision: 'int4' } as const
  const { parts } = await convert('test/goldens/model-a', join(temporaryFolder(t), 'ir'), { weights })
  assert.deepEqual(
    forEachPart((part) => parts[part].settings.precision),
    weights,
  )
})
