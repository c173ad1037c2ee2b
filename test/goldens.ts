// Reads the golden tensors under test/goldens/: a whole safetensors file at once, with no code of the library in
// between, so that the reader under test is not its own judge.
import { readFileSync } from 'node:fs'

/** A tensor of a golden file. float16 values come widened to float32, which is exact. */
export type GoldenTensor =
  | { readonly type: 'float32'; readonly dims: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'int64'; readonly dims: readonly number[]; readonly data: BigInt64Array }
  | { readonly type: 'uint8'; readonly dims: readonly number[]; readonly data: Uint8Array }

/** All tensors of a safetensors file of F32, F16, I64 and U8, by name. @param path - a string or a URL */
export function readGoldenTensors(path: string | URL): Map<string, GoldenTensor> {
  const file = readFileSync(path)
  const headerLength = Number(file.readBigUInt64LE(0))
  const header = JSON.parse(file.toString('utf8', 8, 8 + headerLength)) as Record<string, Entry>
  const tensors = new Map<string, GoldenTensor>()
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(header)) {
    if (name === '__metadata__') continue
    const [start, end] = data_offsets
    // A copy that starts at 0: the offset inside the file need not be a multiple of the element's size.
    const bytes = Uint8Array.from(file.subarray(8 + headerLength + start, 8 + headerLength + end)).buffer
    tensors.set(name, { ...decode(name, dtype, bytes), dims: shape })
  }
  return tensors
}

interface Entry {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data_offsets: readonly [number, number]
}

function decode(name: string, dtype: string, bytes: ArrayBuffer) {
  switch (dtype) {
    case 'F32':
      return { type: 'float32', data: new Float32Array(bytes) } as const
    case 'F16':
      return { type: 'float32', data: Float32Array.from(new Uint16Array(bytes), float16ToNumber) } as const
    case 'I64':
      return { type: 'int64', data: new BigInt64Array(bytes) } as const
    case 'U8':
      return { type: 'uint8', data: new Uint8Array(bytes) } as const
    default:
      throw new Error(`Golden tensor ${name} is ${dtype}; only F32, F16, I64 and U8 are read`)
  }
}

function float16ToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}
