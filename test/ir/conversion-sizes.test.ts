import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { Kosmos2Config } from '../../src/checkpoint/config.ts'
import { conversionSizes } from '../../src/ir/conversion-sizes.ts'
import type { ConvertOptions } from '../../src/ir/convert-options.ts'
import { convert } from '../../src/ir/convert.ts'
import { temporaryFolder } from '../checkpoint/make-safetensors.ts'

const model = 'models/kosmos2-tiny'

const forms: Pick<ConvertOptions, 'weights' | 'groupSize' | 'int4Scheme' | 'headPrecision'>[] = [
  { weights: { vision: 'fp32', projection: 'fp16', text: 'int8' } },
  { weights: 'int4' },
  {
    weights: { vision: 'int4', projection: 'int4', text: 'int4' },
    int4Scheme: 'asymmetric',
    groupSize: 32,
    headPrecision: 'fp16',
  },
]
for (const options of forms)
  test(`the sizes told for ${JSON.stringify(options)} are those that the conversion has`, async (t) => {
    const { parts } = await convert(model, join(temporaryFolder(t), 'ir'), options)
    const sizes = conversionSizes(await Kosmos2Config.from_pretrained(model), options)
    for (const part of ['vision', 'projection', 'text'] as const) {
      const { parameters, weightBytes } = parts[part]
      assert.deepEqual(sizes[part], { parameters, weightBytes })
    }
  })

test("KOSMOS-2's own sizes are told without a checkpoint: the 1 664 485 376 numbers of its file of 6.66 GB", () => {
  const sizes = Object.values(conversionSizes(new Kosmos2Config(), { weights: 'fp32' }))
  const sum = (key: 'parameters' | 'weightBytes') => sizes.reduce((all, size) => all + size[key], 0)
  assert.deepEqual([sum('parameters'), sum('weightBytes')], [1_664_485_376, 4 * 1_664_485_376])
})

test('options that do not fit are refused as by convert', () => {
  assert.throws(
    () => conversionSizes(new Kosmos2Config(), { weights: 'int2' as 'int8' }),
    /RangeError: Expected one of .* for weights but received 'int2'/,
  )
})
