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
  try {
    return pieces(values, form, columns)
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new RangeError(`it holds ${worst(values)}`, { cause })
  }
}

function pieces(values: Float32Array, form: WeightForm, columns: number): readonly Uint8Array[] {
  const rows = values.length / columns
  switch (form.kind) {
    case 'fp32':
      return [bytesOf(values)]
    case 'fp16': {
      const halves = float16Bits(values)
      for (let i = 0; i < halves.length; i++)
        if ((halves[i]! & FLOAT16_EXPONENT) === FLOAT16_EXPONENT)
          throw new RangeError('a number became infinite, or is none')
      return [bytesOf(halves)]
    }
    case 'int8': {
      const { codes, scales } = quantizeInt8(values, rows, columns)
      return [bytesOf(codes), bytesOf(scales)]
    }
    case 'int4': {
      const { codes, scales, zeroPoints } = quantizeInt4(values, rows, columns, form.groupSize, form.scheme)
      return [codes, bytesOf(scales), ...(zeroPoints === undefined ? [] : [zeroPoints])]
    }
  }
}

/** All ones in infinities and NaNs alone. */
const FLOAT16_EXPONENT = 0x7c00

/** The number that cannot be stored if one cannot: a NaN, or the one farthest from 0. */
function worst(values: Float32Array): number {
  return values.reduce((a, b) => (Number.isNaN(a) || Math.abs(a) > Math.abs(b) ? a : b))
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Uint16Array | Int8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)
