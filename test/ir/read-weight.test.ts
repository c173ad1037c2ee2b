// What a conversion holds of a tensor, against the tensor itself: its numbers are as near as its form allows.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ConvertOptions } from '../../src/ir/convert-options.ts'
import { convert } from '../../src/ir/convert.ts'
import { readWeight } from '../../src/ir/read-weight.ts'
import { temporaryFolder } from '../checkpoint/make-safetensors.ts'
import { readGoldenTensors } from '../goldens.ts'

const model = 'models/kosmos2-tiny' // float16
const matrix = 'text_model.model.layers.0.ffn.fc1.weight'
const bias = 'vision_model.model.encoder.layers.0.mlp.fc1.bias'
const originals = readGoldenTensors(join(model, 'model.safetensors'))
const [rows, columns] = originals.get(matrix)!.dims as [number, number]
/** What rows of 192 have. */
const groupSize = 32

/** For each number half a step of its row or group. @param range - what all codes together reach over */
function halfSteps(size: number, codes: number, range: (group: Float32Array) => number): Float32Array {
  const values = originals.get(matrix)!.data as Float32Array
  const all = new Float32Array(values.length)
  for (let start = 0; start < values.length; start += size)
    all.fill(range(values.subarray(start, start + size)) / codes / 2, start, start + size)
  return all
}
const largest = (group: Float32Array) => Math.max(...group.map(Math.abs))
const width = (group: Float32Array) => Math.max(0, ...group) - Math.min(0, ...group)

/**
 * Scales are chosen by the squares of the errors, so their sum is at most that of plain rounding, whose errors are half a
 * step at most; numbers out of their place would be several steps off.
 */
async function assertNear(folder: string, name: string, allowed: Float32Array): Promise<void> {
  const original = originals.get(name)!
  const { type, dims, data } = await readWeight(folder, name)
  assert.deepEqual({ type, dims }, { type: 'float32', dims: original.dims })
  const sum = (values: Float32Array) => values.reduce((all, value) => all + value * value, 0)
  const errors = (data as Float32Array).map((value, i) => value - Number(original.data[i]))
  assert.ok(sum(errors) <= sum(allowed), `${name}: ${sum(errors)}, allowed ${sum(allowed)}`)
}

const exact = new Float32Array(rows * columns)
const forms: [ConvertOptions, Float32Array][] = [
  [{ weights: 'fp32' }, exact],
  [{ weights: 'fp16' }, exact],
  [{ weights: 'int8' }, halfSteps(columns, 127, largest)],
  [{ weights: 'int4' }, halfSteps(groupSize, 7, largest)],
  [{ weights: 'int4', int4Scheme: 'asymmetric' }, halfSteps(groupSize, 14, width)],
]

test('a tensor of a checkpoint is what its file holds', async () => {
  await assertNear(model, matrix, exact)
})

for (const [options, allowed] of forms)
  test(`of a conversion with ${JSON.stringify(options)} it is the original as near as rounding comes, in its shape`, async (t) => {
    const folder = join(temporaryFolder(t), 'ir')
    await convert(model, folder, options)
    await assertNear(folder, matrix, allowed)
    await assertNear(folder, bias, exact)
    await assert.rejects(
      readWeight(folder, 'fc1'),
      /RangeError: Expected the name of a tensor .* but received 'fc1'/,
    )
  })

test('a name that the model does not have is refused', async () => {
  await assert.rejects(
    readWeight(model, 'fc1'),
    /RangeError: Expected the name of a tensor .* but received 'fc1'/,
  )
})
