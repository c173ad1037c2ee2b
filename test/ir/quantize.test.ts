// The compiled search against the same in plain TypeScript, to the bit, and against what the range alone gives.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SOURCE_SHA256 } from '../../src/ir/compression-kernel.ts'
import { quantize } from '../../src/ir/quantize.ts'
import { assertCompiledFrom } from '../kernel-source.ts'
import { readGoldenTensors } from '../goldens.ts'
import * as plain from './plain-quantizer.ts'

test('the compiled loops are those of compression-kernel.as', () => {
  assertCompiledFrom(new URL('../../src/ir/compression-kernel.as', import.meta.url), SOURCE_SHA256)
})

/** Weights of every kind: with heavy tails or none, shifted, tiny, huge, with outliers, with zeros. */
function weightsOf(count: number, seed: number): Float32Array {
  const random = plain.randomNumbers(seed)
  const kinds = [
    () => random() + random() + random() + random(),
    () => random() * 0.02,
    () => random() / (random() + 0.51),
    () => random() + 0.4,
    () => random() - 3,
    () => random() * 1e-6,
    () => random() * 1e-9,
    () => random() * 9e5,
    () => (random() > 0.49 ? 30 : random()),
    () => (random() > 0 ? 0 : random()),
  ]
  let kind = kinds[0]!
  return Float32Array.from({ length: count }, (_, i) => {
    if (i % 61 === 0) kind = kinds[Math.floor((random() + 0.5) * kinds.length)]!
    return kind()
  })
}

for (const scheme of plain.SCHEMES) {
  test(`${scheme}: codes, scales and zero points are those of the plain search, for groups of any size`, () => {
    for (const [groupSize, groups] of [
      [1, 25],
      [3, 7],
      [8, 40],
      [61, 31],
      [128, 101],
      [2048, 3],
      // More than is worked on at a time, in the last turn an odd number of groups.
      [32, 4097],
      [100_000, 1],
    ] as const) {
      const weights = weightsOf(groupSize * groups, groupSize)
      const quantized = quantize(scheme, weights, 1, weights.length, groupSize)
      const actual = plain.groupsOf(scheme, quantized, groupSize)
      // Group by group: the difference of all of them would take minutes to print.
      for (const [i, group] of plain.splitGroups(weights, groupSize).entries())
        assert.deepEqual(actual[i], plain.searchedGroup(scheme, group), `group ${i} of size ${groupSize}`)
    }
  })

  test(`${scheme}: no group is worse than its range scale makes it`, () => {
    const weights = weightsOf(64 * 500, 5)
    const groups = plain.groupsOf(scheme, quantize(scheme, weights, 500, 64, 64), 64)
    for (const [i, group] of plain.splitGroups(weights, 64).entries()) {
      const error = plain.squaredError(group, plain.groupValues(groups[i]!))
      const rangeError = plain.squaredError(group, plain.groupValues(plain.rangeGroup(scheme, group)))
      // The search adds up in float32.
      assert.ok(error <= rangeError * (1 + 1e-6), `group ${i}: ${error} against ${rangeError}`)
    }
  })
}

/** Squared errors of the matrices of each first layer, searched and by range. */
function layerErrors(checkpoint: string, scheme: plain.Scheme) {
  const tensors = readGoldenTensors(new URL(`../../${checkpoint}/model.safetensors`, import.meta.url))
  let [searched, byRange] = [0, 0]
  for (const [name, { dims, data }] of tensors) {
    if (dims.length !== 2 || !name.includes('layers.0.') || !(data instanceof Float32Array)) continue
    const [rows, columns] = dims as [number, number]
    const groupSize = scheme === 'int8' ? columns : 64
    // The vision tower of one of them is narrower than a group.
    if (columns % groupSize !== 0) continue
    const groups = plain.groupsOf(scheme, quantize(scheme, data, rows, columns, groupSize), groupSize)
    for (const [i, weights] of plain.splitGroups(data, groupSize).entries()) {
      searched += plain.squaredError(weights, plain.groupValues(groups[i]!))
      byRange += plain.squaredError(weights, plain.groupValues(plain.rangeGroup(scheme, weights)))
    }
  }
  return { searched, byRange }
}

test("the search takes a twentieth to a tenth off the squared error of real models' weights, zero points some more", (t) => {
  for (const checkpoint of ['models/kosmos2-tiny', 'test/goldens/model-a']) {
    const errors = Object.fromEntries(
      plain.SCHEMES.map((scheme) => [scheme, layerErrors(checkpoint, scheme)] as const),
    ) as Record<plain.Scheme, ReturnType<typeof layerErrors>>
    for (const [scheme, gain] of [
      ['int8', 0.049],
      ['symmetric', 0.1],
      ['asymmetric', 0.08],
    ] as const) {
      const { searched, byRange } = errors[scheme]
      t.diagnostic(`${checkpoint} ${scheme}: ${(1 - searched / byRange).toFixed(4)} less`)
      assert.ok(searched <= byRange * (1 - gain), `${checkpoint} ${scheme}: ${searched} against ${byRange}`)
    }
    assert.ok(errors.asymmetric.searched < errors.symmetric.searched * 0.96, checkpoint)
  }
})
