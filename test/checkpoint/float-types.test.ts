import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toFloat32 } from '../../src/checkpoint/float-types.ts'

const allBits = Uint16Array.from({ length: 0x10000 }, (_, i) => i)
const bytes = new Uint8Array(allBits.buffer)

/** IEEE 754 by its definition, in float64: 1, 5 or 8, and 10 or 7 bits. */
function byDefinition(bits: number, exponentBits: number): number {
  const fractionBits = 15 - exponentBits
  const exponentMax = 2 ** exponentBits - 1
  const bias = (exponentMax - 1) / 2
  const sign = bits >>> 15 === 1 ? -1 : 1
  const exponent = (bits >>> fractionBits) & exponentMax
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits
  if (exponent === exponentMax) return fraction === 0 ? sign * Infinity : NaN
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias)
}

test('all 65536 float16 values become float32 exactly, signed zeros, subnormals, infinities and NaN included', () => {
  const values = toFloat32(bytes, 'F16')
  for (const bits of allBits)
    assert.ok(
      Object.is(values[bits], byDefinition(bits, 5)),
      `float16 0x${bits.toString(16)} became ${values[bits]!}`,
    )
})

test('all 65536 bfloat16 values become float32 exactly', () => {
  const values = toFloat32(bytes, 'BF16')
  for (const bits of allBits)
    assert.ok(
      Object.is(values[bits], byDefinition(bits, 8)),
      `bfloat16 0x${bits.toString(16)} became ${values[bits]!}`,
    )
})

test('float32 bytes are taken as they are, at any place in memory', () => {
  const source = Float32Array.of(1.5, -0, Infinity, 1e-45)
  const shifted = new Uint8Array(17)
  shifted.set(new Uint8Array(source.buffer), 1)
  assert.deepEqual(toFloat32(shifted.subarray(1), 'F32'), source)
  assert.deepEqual(toFloat32(Buffer.from(shifted.subarray(1)).subarray(4), 'F32'), source.subarray(1))
})

test('bytes that are no whole number of elements are refused', () => {
  assert.throws(() => toFloat32(new Uint8Array(5), 'F16'), /multiple of 2 bytes for F16 but received 5/)
  assert.throws(() => toFloat32(new Uint8Array(6), 'F32'), /multiple of 4 bytes for F32 but received 6/)
})
