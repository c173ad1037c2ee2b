// float16 against the definition: the nearest of all values that float16 has, in float64.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { float16ToFloat32 } from '../../src/checkpoint/float-types.ts'
import { float16Bits } from '../../src/ir/float16.ts'

const FINITE = 0x7c00
const finite = float16ToFloat32(Uint16Array.from({ length: FINITE }, (_, bits) => bits))

/** Says only where they differ first: the difference of two arrays of this size takes minutes to print. */
function assertSameBits(actual: Uint16Array, expected: Uint16Array): void {
  assert.equal(actual.length, expected.length)
  const index = actual.findIndex((bits, i) => bits !== expected[i])
  assert.equal(index, -1, `number ${index} is ${actual[index]}, not ${expected[index]}`)
}

test('every float16 value keeps its bits, signs of zeros and infinities included', () => {
  const all = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits)
  const numbers = all.filter((bits) => (bits & 0x7fff) <= FINITE)
  assertSameBits(float16Bits(float16ToFloat32(numbers)), numbers)
  const notNumbers = all.filter((bits) => (bits & 0x7fff) > FINITE)
  assert.ok(float16Bits(float16ToFloat32(notNumbers)).every((bits) => (bits & 0x7fff) > FINITE))
})

test('between two float16 values the nearer one is taken, and the even one halfway', () => {
  for (const sign of [1, -1]) {
    const between: number[] = []
    const expected: number[] = []
    for (let bits = 0; bits < FINITE; bits++) {
      // What would follow the largest one is 65536, and stands for the infinity.
      const [below, above] = [finite[bits]!, bits + 1 < FINITE ? finite[bits + 1]! : 65536]
      const middle = (below + above) / 2
      const ulp = 2 ** Math.max(-149, Math.floor(Math.log2(middle)) - 23)
      between.push(middle - ulp, middle, middle + ulp)
      expected.push(bits, bits + (bits & 1), bits + 1)
    }
    const halves = float16Bits(Float32Array.from(between, (value) => sign * value))
    assertSameBits(
      halves,
      Uint16Array.from(expected, (bits) => (sign < 0 ? bits | 0x8000 : bits)),
    )
  }
})

test('what is smaller than half the smallest subnormal is a zero of its sign, what is too large an infinity', () => {
  const values = Float32Array.of(2 ** -25, -(2 ** -25), 1e-45, -1e-38, 65520, -65520, 3e38, Infinity)
  const expected = [0, 0x8000, 0, 0x8000, 0x7c00, 0xfc00, 0x7c00, 0x7c00]
  assert.deepEqual([...float16Bits(values)], expected)
})

test('only the given part of a buffer is read', () => {
  assert.deepEqual([...float16Bits(Float32Array.of(9, 1, 2, 9).subarray(1, 3))], [0x3c00, 0x4000])
})
