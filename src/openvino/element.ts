// Element types: OpenVINO's numbers for them (ov_element_type_e in ov_common.h), their names, and JavaScript's arrays.
import type { element as Element, SupportedTypedArray } from './types.ts'

interface TypedArrayConstructor {
  new (buffer: ArrayBufferLike): SupportedTypedArray
  readonly BYTES_PER_ELEMENT: number
}

/** By OpenVINO's number; those without a name have none in JavaScript and are only named in messages. */
const NAMES = [
  'dynamic',
  'boolean',
  'bf16',
  'f16',
  'f32',
  'f64',
  'i4',
  'i8',
  'i16',
  'i32',
  'i64',
  'u1',
  'u2',
  'u3',
  'u4',
  'u6',
  'u8',
  'u16',
  'u32',
  'u64',
  'nf4',
  'f8e4m3',
  'f8e5m2',
  'string',
  'f4e2m1',
  'f8e8m0',
] as const

const ARRAYS: Readonly<Record<string, TypedArrayConstructor>> = {
  i8: Int8Array,
  u8: Uint8Array,
  i16: Int16Array,
  u16: Uint16Array,
  i32: Int32Array,
  u32: Uint32Array,
  f32: Float32Array,
  f64: Float64Array,
  i64: BigInt64Array,
  u64: BigUint64Array,
}

/** Element types; each is its own name, as in openvino-node: `element.f32 === 'f32'`. */
export const element = Object.freeze(
  Object.fromEntries([...Object.keys(ARRAYS), 'string'].map((name) => [name, name])),
) as unknown as typeof Element

/** The name of an element type by OpenVINO's number. */
export const elementName = (code: number): string => NAMES[code] ?? `type ${code}`

/** The class of array that holds elements of a type; undefined for types that JavaScript has no array for. */
export const arrayClass = (name: string): TypedArrayConstructor | undefined => ARRAYS[name]

/** OpenVINO's number of a type that a tensor of JavaScript may have; throws for all others. */
export function elementCode(name: unknown): number {
  if (typeof name !== 'string') throw new TypeError('Passed argument must be of type String.')
  if (!(name in ARRAYS) && name !== 'string')
    throw new TypeError(
      `Cannot create ov::element::Type from ${name}; the types are ${[...Object.keys(ARRAYS), 'string'].join(', ')}`,
    )
  return NAMES.indexOf(name as (typeof NAMES)[number])
}
