// float32 as float16 (IEEE 754 binary16), for weights in the IR; checkpoint/float-types.ts is the way back.
import { compressionKernel, KERNEL_BYTES } from './compression-kernel.ts'

/** Numbers that are copied into the kernel's memory at a time: a near cache holds them and what becomes of them. */
const BLOCK = 32768

/**
 * The nearest float16 of each number, the even one halfway; subnormals where float16 has them. A NaN stays a NaN.
 * @param values - from 65520 on in size they become infinities: where that must not be, look for them first
 * @returns bit patterns, in the same order
 */
export function float16Bits(values: Float32Array): Uint16Array {
  const halves = new Uint16Array(values.length)
  const [from, to] = [KERNEL_BYTES, KERNEL_BYTES + 4 * BLOCK]
  const { memory, float16 } = compressionKernel(to + 2 * BLOCK)
  const source = new Float32Array(memory.buffer, from, BLOCK)
  for (let done = 0; done < values.length; done += BLOCK) {
    const count = Math.min(BLOCK, values.length - done)
    source.set(values.subarray(done, done + count))
    float16(from, count, to)
    halves.set(new Uint16Array(memory.buffer, to, count), done)
  }
  return halves
}
