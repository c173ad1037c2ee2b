// 4-bit weights in groups: errors against their own step, and the matrices on which a scale could go wrong.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Int4Scheme, quantizeInt4 } from '../../src/ir/quantize-int4.ts'
import { groupsOf, groupValues, randomNumbers, splitGroups } from './plain-quantizer.ts'

const SCHEMES = ['symmetric', 'asymmetric'] as const

function compressed(weights: Float32Array, rows: number, columns: number, size: number, scheme: Int4Scheme) {
  const { zeroPoints, ...rest } = quantizeInt4(weights, rows, columns, size, scheme)
  assert.equal(zeroPoints === undefined, scheme === 'symmetric')
  return groupsOf(scheme, { ...rest, zeroPoints: zeroPoints ?? new Uint8Array() }, size)
}

const random = randomNumbers(1)
const randomWeights = (count: number) =>
  Float32Array.from({ length: count }, () => (random() + random() + random()) * 0.1)

for (const scheme of SCHEMES) {
  const [lowest, highest] = scheme === 'symmetric' ? [-8, 7] : [0, 15]

  test(`${scheme}: what is not clipped is off by half a step at most, and what is clipped lies beyond the last code`, () => {
    const tiny = Float32Array.from({ length: 2 * 256 }, () => random() * 1e-5)
    const weights = Float32Array.of(...randomWeights(30 * 256), ...tiny)
    const groups = compressed(weights, 32, 256, 64, scheme)
    assert.ok(Math.abs(groups.at(-1)!.scale) < 2 ** -14, 'a subnormal float16')
    for (const [g, group] of splitGroups(weights, 64).entries()) {
      const { codes, scale } = groups[g]!
      const values = groupValues(groups[g]!)
      for (const [i, weight] of group.entries()) {
        assert.ok(codes[i]! >= lowest && codes[i]! <= highest)
        const off = (weight - values[i]!) / scale
        if (Math.abs(off) <= 0.5001) continue // the ten-thousandth is for rounding of the quotient
        assert.equal(codes[i], off > 0 ? highest : lowest, `weight ${i} of group ${g} is ${off} steps off`)
        assert.ok(Math.abs(off) < 4, `weight ${i} of group ${g} is ${off} steps off`)
      }
    }
  })

  test(`${scheme}: an outlier takes the precision of its own group and of no other`, () => {
    const weights = randomWeights(2 * 96)
    const before = compressed(weights, 2, 96, 32, scheme)
    // The last of one group, the first of the next row.
    weights[63] = 50
    weights[96] = -50
    const after = compressed(weights, 2, 96, 32, scheme)
    for (const group of [0, 2, 4, 5]) assert.deepEqual(after[group], before[group])
    for (const [group, index, outlier] of [
      [1, 31, 50],
      [3, 0, -50],
    ] as const)
      assert.ok(
        Math.abs(groupValues(after[group]!)[index]! - outlier) < 0.1,
        'an outlier alone in its size is kept',
      )
  })

  test(`${scheme}: zeros stay zeros: a group of nothing else, and those among other weights`, () => {
    const weights = Float32Array.of(0, 0, -0, 0, 0.3, 0, -0.7, 0, 0.2, 0, 0.9, 0)
    const groups = compressed(weights, 1, 12, 4, scheme)
    assert.ok(groups.every(({ scale }) => scale !== 0 && Number.isFinite(scale)))
    const isZero = groups.flatMap(groupValues).map((value) => value === 0)
    assert.deepEqual(
      isZero,
      Array.from(weights, (weight) => weight === 0),
    )
  })

  test(`${scheme}: a group of equal weights keeps its value as well as a float16 would`, () => {
    for (const weight of [0.37, -0.37, 0.01, -65504, 65504 * 7, -65504 * 7])
      for (const value of compressed(new Float32Array(64).fill(weight), 1, 64, 64, scheme).flatMap(
        groupValues,
      ))
        assert.ok(Math.abs(value / weight - 1) <= 2 ** -11, `${weight} became ${value}`)
  })

  test(`${scheme}: weights too small for any scale become zeros`, () => {
    const values = compressed(Float32Array.of(1e-9, -1e-45, 1e-30, 0), 1, 4, 4, scheme).flatMap(groupValues)
    assert.ok(values.every((value) => value === 0))
  })

  test(`${scheme}: an odd number of groups of an odd number of weights fills its last bytes with zero`, () => {
    // All of one size, so that no code or zero point is 0 by itself.
    const { codes, scales, zeroPoints } = quantizeInt4(new Float32Array(15).fill(-0.3), 3, 5, 5, scheme)
    assert.deepEqual([codes.length, scales.length, zeroPoints?.length], [8, 3, zeroPoints && 2])
    const [code, zeroPoint] = scheme === 'symmetric' ? [0x8, undefined] : [0x0, 0xf]
    assert.deepEqual([...codes], [...Array<number>(7).fill(code | (code << 4)), code])
    if (zeroPoint !== undefined) assert.deepEqual([...zeroPoints!], [zeroPoint | (zeroPoint << 4), zeroPoint])
  })

  test(`${scheme}: a weight that no float16 scale reaches, or that is no number, is named`, () => {
    for (const weight of [65504 * 7 + 1, -1e9, Infinity, -Infinity, NaN]) {
      const weights = new Float32Array(5 * 8)
      weights[3 * 8 + 6] = weight
      assert.throws(() => quantizeInt4(weights, 5, 8, 4, scheme), {
        name: 'RangeError',
        message: `Expected a number from -458528 to 458528 for the weight in row 3, column 6 but received ${Math.fround(weight)}`,
      })
    }
  })
}

test('the scale is negative where the largest weight is positive, for there is no code 8', () => {
  const weights = Float32Array.of(0.8, 0.1, -0.2, 0.5, -0.8, 0.1, -0.2, 0.5)
  const [up, down] = compressed(weights, 1, 8, 4, 'symmetric')
  assert.ok(up!.scale < 0 && up!.codes[0] === -8, `code ${up!.codes[0]} of ${up!.scale}`)
  assert.ok(down!.scale > 0 && down!.codes[0] === -8, `code ${down!.codes[0]} of ${down!.scale}`)
})

test('weights all of one sign take all asymmetric codes', () => {
  const weights = Float32Array.from({ length: 64 }, (_, i) => 1 + i / 63)
  const [above] = compressed(weights, 1, 64, 64, 'asymmetric')
  const [below] = compressed(
    weights.map((weight) => -weight),
    1,
    64,
    64,
    'asymmetric',
  )
  assert.deepEqual([above!.zeroPoint, Math.max(...above!.codes)], [0, 15])
  assert.deepEqual([below!.zeroPoint, Math.min(...below!.codes)], [15, 0])
})

test('sizes that do not fit are refused, and schemes that are not known', () => {
  const weights = new Float32Array(2 * 12)
  for (const size of [5, 24, 0, -4, 1.5, NaN])
    assert.throws(
      () => quantizeInt4(weights, 2, 12, size, 'symmetric'),
      new RegExp(`Expected a divisor of the 12 columns for groupSize but received ${size}`),
    )
  assert.throws(
    () => quantizeInt4(weights, 2, 10, 5, 'symmetric'),
    /Expected 2 rows of 10 numbers for weights/,
  )
  assert.throws(
    () => quantizeInt4(weights, 2, 12, 4, 'nf4' as 'symmetric'),
    /Expected symmetric or asymmetric for scheme/,
  )
})
