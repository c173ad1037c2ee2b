// 8-bit weights: errors against their own step, and the matrices on which a scale could go wrong.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { float16ToFloat32 } from '../../src/checkpoint/float-types.ts'
import { quantizeInt8 } from '../../src/ir/quantize-int8.ts'
import { randomNumbers } from './plain-quantizer.ts'

/** What the codes stand for, and the step of each row. */
function roundTrip(weights: Float32Array, rows: number, columns: number) {
  const { codes, scales } = quantizeInt8(weights, rows, columns)
  assert.ok(codes instanceof Int8Array && codes.length === rows * columns && scales.length === rows)
  const steps = float16ToFloat32(scales)
  const values = Array.from(codes, (code, i) => code * steps[Math.floor(i / columns)]!)
  return { codes, steps, values }
}

test('what is not clipped is off by half a step at most, and what is clipped lies beyond the last code', () => {
  const random = randomNumbers(1)
  const [rows, columns] = [40, 300]
  const weights = Float32Array.from({ length: rows * columns }, () => (random() + random() + random()) * 0.1)
  const { codes, steps, values } = roundTrip(weights, rows, columns)
  for (const [i, weight] of weights.entries()) {
    const step = steps[Math.floor(i / columns)]!
    assert.ok(step > 0)
    const off = (weight - values[i]!) / step
    if (Math.abs(off) <= 0.5001) continue // the ten-thousandth is for rounding of the quotient
    assert.equal(codes[i], off > 0 ? 127 : -128, `weight ${i} is ${off} steps off`)
    assert.ok(Math.abs(off) < 12, `weight ${i} is ${off} steps off`)
  }
})

test('each row has its own scale: a large weight changes no other row', () => {
  const random = randomNumbers(2)
  const weights = Float32Array.from({ length: 3 * 50 }, random)
  const before = quantizeInt8(weights, 3, 50)
  weights[50 + 7] = 1000
  const after = quantizeInt8(weights, 3, 50)
  for (const row of [0, 2]) {
    assert.deepEqual(
      after.codes.subarray(row * 50, row * 50 + 50),
      before.codes.subarray(row * 50, row * 50 + 50),
    )
    assert.equal(after.scales[row], before.scales[row])
  }
  assert.notEqual(after.scales[1], before.scales[1])
})

test('rows compressed in blocks are those of the whole matrix', () => {
  const random = randomNumbers(3)
  const weights = Float32Array.from({ length: 7 * 33 }, random)
  const whole = quantizeInt8(weights, 7, 33)
  const blocks = [
    quantizeInt8(weights.subarray(0, 2 * 33), 2, 33),
    quantizeInt8(weights.subarray(2 * 33), 5, 33),
  ]
  assert.deepEqual(
    blocks.flatMap(({ codes }) => [...codes]),
    [...whole.codes],
  )
  assert.deepEqual(
    blocks.flatMap(({ scales }) => [...scales]),
    [...whole.scales],
  )
})

test('zeros stay zeros: a row of nothing else, and those among other weights', () => {
  const { steps, values } = roundTrip(Float32Array.of(0, 0, 0, -0, 0.3, 0, -0.7, 0), 2, 4)
  assert.ok(steps[0]! > 0 && Number.isFinite(steps[0]))
  assert.deepEqual(
    values.map((value, i) => value === 0 || i),
    [true, true, true, true, 4, true, 6, true],
  )
})

test('a row of equal weights keeps its value as well as a float16 would', () => {
  for (const weight of [0.37, -0.37, 0.01, 65504, 8e6, -8e6]) {
    const { values } = roundTrip(new Float32Array(100).fill(weight), 1, 100)
    for (const value of values)
      assert.ok(Math.abs(value / weight - 1) <= 2 ** -11, `${weight} became ${value}`)
  }
})

test('weights that only a subnormal float16 scale reaches are off by half a step, smaller ones by themselves', () => {
  const random = randomNumbers(4)
  const weights = Float32Array.from({ length: 200 }, () => random() * 1e-4)
  const { steps, values } = roundTrip(weights, 1, 200)
  assert.ok(steps[0]! < 2 ** -14)
  assert.ok(values.every((value, i) => Math.abs(value - weights[i]!) <= steps[0]! * 0.5001))
  const tiny = roundTrip(Float32Array.of(1e-9, -1e-45, 1e-30), 1, 3)
  assert.deepEqual([...tiny.codes].map(Math.abs), [0, 0, 0])
  assert.equal(tiny.steps[0]! > 0, true)
})

test('a weight that no float16 scale reaches, or that is no number, is named', () => {
  const matrix = (weight: number) => {
    const weights = new Float32Array(5 * 6).fill(0.1)
    weights[3 * 6 + 2] = weight
    return () => quantizeInt8(weights, 5, 6)
  }
  assert.doesNotThrow(matrix(65504 * 127))
  for (const weight of [65504 * 128, -1e9, Infinity, -Infinity, NaN])
    assert.throws(matrix(weight), {
      name: 'RangeError',
      message: `Expected a number from -8319008 to 8319008 for the weight in row 3, column 2 but received ${Math.fround(weight)}`,
    })
})

test('sizes that do not fit the weights are refused', () => {
  assert.throws(
    () => quantizeInt8(new Float32Array(6), 2, 4),
    /Expected 2 rows of 4 numbers for weights but received 6/,
  )
  assert.throws(
    () => quantizeInt8(new Float32Array(0), 0, 4),
    /Expected integer from 1 for rows but received 0/,
  )
  assert.throws(
    () => quantizeInt8(new Float32Array(6), 4, 1.5),
    /Expected integer from 1 for columns but received 1.5/,
  )
})
