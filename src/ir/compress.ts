// Rows of a tensor, from the checkpoint's format into the one they are stored in.
import { type FloatDtype, toFloat32 } from '../checkpoint/float-types.ts'
import { float16Bits } from './float16.ts'
import { quantizeInt4 } from './quantize-int4.ts'
import { quantizeInt8 } from './quantize-int8.ts'
import type { WeightForm } from './weight-form.ts'

/** Whole rows of a tensor. */
export interface Block {
  /** As safetensors stores them. */
  readonly bytes: Uint8Array
  readonly dtype: FloatDtype
  readonly form: WeightForm
  /** Numbers in a row. */
  readonly columns: number
}

/** Whether the bytes are stored as they are. */
export function isStoredAsItIs(dtype: FloatDtype, { kind }: WeightForm): boolean {
  return (kind === 'fp32' && dtype === 'F32') || (kind === 'fp16' && dtype === 'F16')
}

/**
 * @returns bytes for each of the form's pieces, see `storedPieces`
 * @throws {RangeError} for numbers that the form cannot hold
 */
export function compress({ bytes, dtype, form, columns }: Block): readonly Uint8Array[] {
  const values = toFloat32(bytes, dtype)
  const rows = values.length / columns
  switch (form.kind) {
    case 'fp32':
      return [bytesOf(values)]
    case 'fp16':
      checkRange(values, LARGEST_FLOAT16)
      return [bytesOf(float16Bits(values))]
    case 'int8': {
      // A row's largest number is 127 scales, and the scale has to be a float16.
      checkRange(values, LARGEST_FLOAT16 * 127)
      const { codes, scales } = quantizeInt8(values, rows, columns)
      return [bytesOf(codes), bytesOf(scales)]
    }
    case 'int4': {
      checkRange(values, LARGEST_FLOAT16 * 7)
      const { codes, scales, zeroPoints } = quantizeInt4(values, rows, columns, form.groupSize, form.scheme)
      return [codes, bytesOf(scales), ...(zeroPoints === undefined ? [] : [zeroPoints])]
    }
  }
}

const LARGEST_FLOAT16 = 65504

function checkRange(values: Float32Array, limit: number): void {
  for (const value of values)
    // Written so that a NaN is refused too.
    if (!(Math.abs(value) <= limit))
      throw new RangeError(`it holds ${value}, and the largest number that can be stored is ${limit}`)
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Uint16Array | Int8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)
