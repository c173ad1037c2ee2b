// float32 as float16 (IEEE 754 binary16), for weights and scales in the IR; checkpoint/float-types.ts is the way back.

/**
 * The nearest float16 of each number, ties to even; subnormals where float16 has them. A NaN stays a NaN.
 * @param values - from 65520 on in size they become an infinity: where that must not be, the caller looks for it first
 * @returns bit patterns, in the same order
 */
export function float16Bits(values: Float32Array): Uint16Array {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length)
  const halves = new Uint16Array(bits.length)
  for (let i = 0; i < bits.length; i++) {
    const size = bits[i]! & 0x7fffffff
    const sign = (bits[i]! >>> 16) & 0x8000
    // The exponent's bias goes from 127 to 15 and the fraction loses 13 bits; half of what they can hold, less one where
    // the last bit that stays is even, rounds by carrying, into the exponent too.
    if (size >= SMALLEST_NORMAL && size < INFINITE)
      halves[i] = sign | ((size - BIAS + 0xfff + ((size >> 13) & 1)) >> 13)
    else if (size < SMALLEST_NORMAL) {
      // 0.5 and a subnormal share float32's unit of 2^-24, which is that of the subnormals: the sum rounds to it.
      single[0] = Math.abs(values[i]!) + 0.5
      halves[i] = sign | (singleBits[0]! - HALF)
    } else halves[i] = sign | (size > 0x7f800000 ? 0x7e00 : 0x7c00)
  }
  return halves
}

/** float32 bits of 2^-14. */
const SMALLEST_NORMAL = 0x38800000
/** float32 bits of 65520, halfway from float16's largest number to the next. */
const INFINITE = 0x477ff000
const BIAS = (127 - 15) << 23
/** float32 bits of 0.5. */
const HALF = 0x3f000000

const single = new Float32Array(1)
const singleBits = new Uint32Array(single.buffer)
