// The memory that tensors lie on: native, or an array of JavaScript, with openvino-node's texts for what does not fit.
import { arrayClass, elementCode } from './element.ts'
import { native } from './library.ts'
import { nativeShape } from './shape.ts'
import { read } from './status.ts'
import type { SupportedTypedArray } from './types.ts'

/** A native tensor with memory of its own, whatever was in it. */
export const create = (type: string, shape: unknown): bigint =>
  read(native().ov_tensor_create, 'creating a tensor', elementCode(type), nativeShape(shape))

/** A native tensor over an array, which fills its buffer. */
export function createOver(type: string, shape: unknown, array: SupportedTypedArray): bigint {
  if (array.byteOffset !== 0) throw new RangeError('TypedArray.byteOffset has to be equal to zero.')
  if ((array.buffer as { resizable?: boolean }).resizable)
    throw new TypeError('A tensor cannot lie on a resizable ArrayBuffer, whose memory may go away')
  const lengths = nativeShape(shape)
  const code = elementCode(type)
  const ElementArray = arrayClass(type)
  if (ElementArray === undefined) throw new TypeError('A tensor of strings cannot lie on a typed array')
  let elements = 1n
  for (let i = 0; i < lengths.rank; i++) elements *= lengths.dims[i]!
  if (elements * BigInt(ElementArray.BYTES_PER_ELEMENT) !== BigInt(array.buffer.byteLength))
    throw new RangeError(
      `Memory allocated using shape and element::type mismatch passed data's size: ` +
        `${elements.toString()} elements of type ${type} against ${array.buffer.byteLength} bytes`,
    )
  // Native code takes no null, which is where an empty array lies.
  return array.byteLength === 0
    ? create(type, shape)
    : read(native().ov_tensor_create_from_host_ptr, 'creating a tensor', code, lengths, array)
}

export const createFromStrings = (strings: readonly string[]): bigint =>
  read(
    native().ov_tensor_create_from_string_array,
    'creating a tensor of strings',
    [...strings],
    strings.length,
    nativeShape([strings.length]),
  )

export function expectStrings(value: readonly unknown[]): readonly string[] {
  if (!value.every((one) => typeof one === 'string'))
    throw new TypeError('The array passed to create string tensor must contain only strings.')
  return [...value]
}

export function expectArray(value: unknown): SupportedTypedArray {
  if (!ArrayBuffer.isView(value) || value instanceof DataView)
    throw new TypeError('Third argument of a tensor must be TypedArray.')
  return value as SupportedTypedArray
}

/** The name of an array's class; a Buffer is a Uint8Array. */
export const kindOf = (array: SupportedTypedArray): string => array[Symbol.toStringTag]

/** Throws when the memory of an array among these has been transferred to another thread. */
export function assertAttached(memory: readonly unknown[]): void {
  // Tensors are made over arrays with elements only, so what is empty has lost them.
  if (memory.some((one) => ArrayBuffer.isView(one) && one.byteLength === 0))
    throw new TypeError('The array under a tensor was transferred, so the tensor has no memory')
}
