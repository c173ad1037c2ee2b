// float16 and bfloat16 as float32: both are exact, for every value of the smaller type is one of the larger.

/** Element types of weights that this library computes with. */
export type FloatDtype = 'F32' | 'F16' | 'BF16'

/**
 * The values of a tensor's bytes as float32.
 * @param bytes - little-endian, as safetensors stores them; F32 shares this memory where its alignment allows
 * @throws {RangeError} where the bytes are no whole number of elements
 */
export function toFloat32(bytes: Uint8Array, dtype: FloatDtype): Float32Array {
  const elementBytes = dtype === 'F32' ? 4 : 2
  if (bytes.byteLength % elementBytes !== 0)
    throw new RangeError(
      `Expected a multiple of ${elementBytes} bytes for ${dtype} but received ${bytes.byteLength}`,
    )
  const { buffer, byteOffset } = bytes.byteOffset % elementBytes === 0 ? bytes : new Uint8Array(bytes)
  if (dtype === 'F32') return new Float32Array(buffer, byteOffset, bytes.byteLength / 4)
  const source = new Uint16Array(buffer, byteOffset, bytes.byteLength / 2)
  return dtype === 'F16' ? float16ToFloat32(source) : bfloat16ToFloat32(source)
}

/** @param source - bit patterns of IEEE 754 binary16 */
export function float16ToFloat32(source: Uint16Array): Float32Array {
  const table = (float16Table ??= buildFloat16Table())
  // Bit patterns are copied, not numbers: storing a NaN as a number could change its payload.
  const bits = new Uint32Array(source.length)
  for (let i = 0; i < source.length; i++) bits[i] = table[source[i]!]!
  return new Float32Array(bits.buffer)
}

/** @param source - bit patterns of bfloat16: the upper half of a float32 */
export function bfloat16ToFloat32(source: Uint16Array): Float32Array {
  const bits = new Uint32Array(source.length)
  for (let i = 0; i < source.length; i++) bits[i] = source[i]! << 16
  return new Float32Array(bits.buffer)
}

/** float32 bits of each of the 65 536 float16 values: 256 KiB, made at the first use. */
let float16Table: Uint32Array | undefined

function buildFloat16Table(): Uint32Array {
  const float = new Float32Array(1)
  const bits = new Uint32Array(float.buffer)
  const table = new Uint32Array(0x10000)
  for (let half = 0; half < 0x10000; half++) {
    const sign = (half & 0x8000) << 16
    const exponent = (half >> 10) & 0x1f
    const fraction = half & 0x3ff
    if (exponent === 0x1f) table[half] = sign | 0x7f800000 | (fraction << 13)
    else {
      // 0 has the exponent of 1 and no leading bit: the subnormals.
      float[0] = exponent === 0 ? fraction * 2 ** -24 : (fraction + 0x400) * 2 ** (exponent - 25)
      table[half] = sign | bits[0]!
    }
  }
  return table
}
