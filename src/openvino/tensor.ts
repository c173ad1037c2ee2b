// Tensors: openvino-node's Tensor over ov_tensor_t.
import { OpenVINOError } from '../errors.ts'
import { expectNoArguments } from './arguments.ts'
import { arrayClass, elementCode, elementName } from './element.ts'
import { Handle, Native } from './handle.ts'
import { native } from './library.ts'
import { nativeView } from './native-view.ts'
import { nativeShape, readShape } from './shape.ts'
import { check, read } from './status.ts'
import {
  assertAttached,
  create,
  createFromStrings,
  createOver,
  expectArray,
  expectStrings,
  kindOf,
} from './tensor-memory.ts'
import type { element, SupportedTypedArray } from './types.ts'

/** Whose memory a tensor is: an inference request's, which must outlive it and not write while it is read. */
export interface TensorOwner {
  /** Throws while an inference runs, or after dispose(). */
  assertIdle(): void
}
/** What a tensor's memory needs to stay alive. */
interface Origin {
  readonly owner: TensorOwner
  readonly pins: readonly unknown[]
}

const STRING = 'string'

export class Tensor {
  readonly #handle: Handle
  readonly #type: string
  /** The array that this tensor lies on, or what keeps the memory that it shows. */
  #memory: SupportedTypedArray | Origin | undefined
  /** OpenVINO's C library does not give strings back, so they are kept. */
  #strings: readonly string[] | undefined

  constructor(type: element | string, shape: readonly number[], tensorData?: SupportedTypedArray)
  constructor(tensorData: readonly string[])
  constructor(from: Native, type: string, origin?: Origin)
  constructor(...args: readonly unknown[]) {
    if (args[0] instanceof Native) {
      const [from, type, origin] = args as [Native, string, Origin?]
      this.#type = type
      this.#memory = origin
      this.#handle = this.#own(from.pointer)
      return
    }
    if (args.length === 0 || args.length > 3)
      throw new TypeError('Invalid number of arguments for Tensor constructor.')
    const strings = args.length === 1 && Array.isArray(args[0]) ? expectStrings(args[0]) : undefined
    this.#type = strings ? STRING : elementName(elementCode(args[0]))
    if (strings) {
      this.#strings = strings
      this.#handle = this.#own(createFromStrings(strings))
      return
    }
    if (args.length === 1) throw new TypeError('Invalid number of arguments for Tensor constructor.')
    if (args.length === 3 && args[2] !== undefined) {
      const array = expectArray(args[2])
      this.#handle = this.#own(createOver(this.#type, args[1], array))
      if (array.byteLength > 0) this.#memory = array
    } else {
      this.#handle = this.#own(create(this.#type, args[1]))
      if (this.#type !== STRING) {
        const { buffer, byteOffset, byteLength } = this.#elements()
        new Uint8Array(buffer, byteOffset, byteLength).fill(0)
      }
    }
  }

  /** The native tensor, for calls of the binding. */
  static pointer(tensor: Tensor): bigint {
    tensor.#assertAttached()
    return tensor.#handle.pointer
  }

  static handle(tensor: Tensor): Handle {
    return tensor.#handle
  }

  /** What must stay alive as long as native code may use this tensor's memory. */
  static pins(tensor: Tensor): readonly unknown[] {
    return [tensor.#memory]
  }

  static is(value: unknown): value is Tensor {
    return typeof value === 'object' && value !== null && #handle in value
  }

  get data(): SupportedTypedArray {
    return this.getData()
  }

  set data(value: SupportedTypedArray) {
    if (Array.isArray(value)) {
      this.#setStrings(expectStrings(value))
      return
    }
    if (!ArrayBuffer.isView(value) || value instanceof DataView)
      throw new TypeError('Passed argument must be TypedArray, or Array if the tensor type is string.')
    const memory = this.#elements()
    if (value.byteLength !== memory.byteLength)
      throw new RangeError('Passed array must have the same size as the Tensor!')
    if (kindOf(value) !== kindOf(memory))
      throw new TypeError(`Passed array must be a ${kindOf(memory)}, as the Tensor is of type ${this.#type}`)
    memory.set(value as never)
  }

  getElementType(): element {
    return this.#type as unknown as element
  }

  getData(...args: readonly unknown[]): SupportedTypedArray {
    expectNoArguments(args, 'getData() does not accept any arguments.')
    if (this.#type === STRING) return this.#readStrings() as unknown as SupportedTypedArray
    return this.#elements().slice()
  }

  copyInto<T extends SupportedTypedArray>(target: T, start = 0): T {
    const memory = this.#elements()
    if (kindOf(target) !== kindOf(memory))
      throw new TypeError(`Expected a ${kindOf(memory)} for a tensor of type ${this.#type}`)
    if (!Number.isInteger(start) || start < 0 || start + target.length > memory.length)
      throw new RangeError(
        `Elements ${start} to ${start + target.length} are not all in a tensor of ${memory.length} elements`,
      )
    target.set(memory.subarray(start, start + target.length) as never)
    return target
  }

  getShape(...args: readonly unknown[]): number[] {
    expectNoArguments(args, 'No parameters are allowed for the getShape() method.')
    this.#assertReadable()
    return readShape(native().ov_tensor_get_shape, 'reading a tensor’s shape', this.#handle.pointer)
  }

  getSize(...args: readonly unknown[]): number {
    expectNoArguments(args, 'getSize() does not accept any arguments.')
    this.#assertReadable()
    return Number(read(native().ov_tensor_get_size, 'reading a tensor’s size', this.#handle.pointer))
  }

  /** The C library gives no tensors but continuous ones. */
  isContinuous(...args: readonly unknown[]): boolean {
    expectNoArguments(args, 'isContinuous() does not accept any arguments.')
    this.#handle.assertAlive()
    return true
  }

  setShape(shape: readonly number[]): void {
    this.#assertReadable()
    check(native().ov_tensor_set_shape(this.#handle.pointer, nativeShape(shape)), 'setting a tensor’s shape')
  }

  copyTo(tensor: Tensor): void {
    if (!Tensor.is(tensor)) throw new TypeError('Argument #0 must be a Tensor.')
    if (tensor.#type !== this.#type || String(tensor.getShape()) !== String(this.getShape()))
      throw new TypeError(
        `Cannot copy a tensor of type ${this.#type} and shape [${this.getShape().join(', ')}] ` +
          `into one of type ${tensor.#type} and shape [${tensor.getShape().join(', ')}]`,
      )
    if (this.#type === STRING) tensor.#setStrings(this.#readStrings())
    else tensor.#elements().set(this.#elements() as never)
  }

  dispose(): void {
    this.#handle.dispose()
    this.#memory = undefined
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  #own(pointer: bigint): Handle {
    return new Handle(this, 'Tensor', pointer, native().ov_tensor_free)
  }

  /** The tensor's memory itself, see nativeView. Where it lies is asked each time, as an inference may move it. */
  #elements(): SupportedTypedArray {
    this.#assertReadable()
    const ArrayClass = arrayClass(this.#type)
    if (ArrayClass === undefined)
      throw new OpenVINOError(
        'NOT_AVAILABLE',
        `JavaScript has no array for elements of type ${this.#type}; let the model convert them, for instance to f32`,
      )
    const { pointer } = this.#handle
    const bytes = Number(read(native().ov_tensor_get_byte_size, 'reading a tensor’s size', pointer))
    if (bytes === 0) return new ArrayClass(new ArrayBuffer(0))
    return new ArrayClass(nativeView(read(native().ov_tensor_data, 'reading a tensor', pointer), bytes))
  }

  #assertReadable(): void {
    this.#handle.assertAlive()
    if (this.#memory !== undefined && 'owner' in this.#memory) this.#memory.owner.assertIdle()
    else this.#assertAttached()
  }

  /** An array that was transferred elsewhere has no memory any more: native code must not touch what it had. */
  #assertAttached(): void {
    assertAttached([this.#memory])
  }

  #readStrings(): readonly string[] {
    this.#handle.assertAlive()
    if (this.#strings === undefined)
      throw new OpenVINOError('NOT_AVAILABLE', 'OpenVINO’s C library cannot read strings that a model wrote')
    return [...this.#strings]
  }

  #setStrings(strings: readonly string[]): void {
    if (this.#type !== STRING)
      throw new TypeError('Passed argument must be TypedArray, or Array if the tensor type is string.')
    if (strings.length !== this.getSize())
      throw new RangeError('Passed array must have the same size (number of elements) as the Tensor!')
    check(
      native().ov_tensor_set_string_data(this.#handle.pointer, [...strings], strings.length),
      'setting a tensor’s strings',
    )
    this.#strings = [...strings]
  }
}

/** The tensor that native code gave: it shows memory that `origin` keeps alive. */
export function wrapTensor(pointer: bigint, origin: Origin): Tensor {
  return new Tensor(new Native(pointer), elementName(readElementCode(pointer)), origin)
}

/** A copy of a native tensor, in memory of JavaScript where that has such arrays: the collector knows how much it is. */
export function copyTensor(pointer: bigint): Tensor {
  const code = readElementCode(pointer)
  const shape = readShape(native().ov_tensor_get_shape, READING, pointer)
  const ArrayClass = arrayClass(elementName(code))
  // Strings are not copied: the library gives no access to them.
  const bytes = elementName(code) === STRING ? new Uint8Array() : bytesOf(pointer)
  if (ArrayClass !== undefined && bytes.length > 0)
    return new Tensor(elementName(code), shape, new ArrayClass(bytes.slice().buffer))
  const copy = read(native().ov_tensor_create, READING, code, nativeShape(shape))
  const tensor = new Tensor(new Native(copy), elementName(code))
  if (bytes.length > 0) bytesOf(copy).set(bytes)
  return tensor
}

const READING = 'reading an output'

/** A native tensor's memory itself, see nativeView. */
function bytesOf(pointer: bigint): Uint8Array {
  const bytes = Number(read(native().ov_tensor_get_byte_size, READING, pointer))
  if (bytes === 0) return new Uint8Array()
  return new Uint8Array(nativeView(read(native().ov_tensor_data, READING, pointer), bytes))
}

const codePlace = new Int32Array(new ArrayBuffer(4))

/** OpenVINO's number of a native tensor's element type. */
function readElementCode(pointer: bigint): number {
  check(native().ov_tensor_get_element_type(pointer, codePlace), 'reading a tensor’s type')
  return codePlace[0]!
}
