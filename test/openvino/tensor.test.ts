// Tensors: openvino-node's behaviour and texts, and memory shared with arrays.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SupportedTypedArray } from '../../src/openvino/types.ts'
import { copyInto, ov } from './models.ts'

const arrays: readonly (readonly [string, SupportedTypedArray])[] = [
  ['i8', Int8Array.of(-128, 127)],
  ['u8', Uint8Array.of(0, 255)],
  ['i16', Int16Array.of(-32768, 32767)],
  ['u16', Uint16Array.of(0, 65535)],
  ['i32', Int32Array.of(-(2 ** 31), 2 ** 31 - 1)],
  ['u32', Uint32Array.of(0, 2 ** 32 - 1)],
  ['f32', Float32Array.of(-1.5, Infinity)],
  ['f64', Float64Array.of(Math.PI, -0)],
  ['i64', BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n)],
  ['u64', BigUint64Array.of(0n, 2n ** 64n - 1n)],
]

const resizable = (bytes: number): ArrayBuffer =>
  Reflect.construct(ArrayBuffer, [bytes, { maxByteLength: 2 * bytes }]) as ArrayBuffer

/** Values of types that the compiler refuses. */
const wrong = (value: unknown) => value as never
const AnyTensor = ov.Tensor as unknown as new (...args: readonly unknown[]) => object
const withArgument = (method: (argument: number) => unknown) => method(1)

test('every element type keeps its values, its name, its shape and its size', () => {
  for (const [type, data] of arrays) {
    const tensor = new ov.Tensor(type as 'u8', [1, 2], data)
    assert.deepEqual(tensor.data, data)
    assert.deepEqual(tensor.getData(), data)
    assert.equal(tensor.getElementType(), type)
    assert.equal(Reflect.get(ov.element, type), type)
    assert.deepEqual(tensor.getShape(), [1, 2])
    assert.equal(tensor.getSize(), 2)
    assert.equal(tensor.isContinuous(), true)
  }
})

test('a tensor over an array shares its memory both ways; data is a copy', () => {
  const array = Float32Array.of(1, 2)
  const tensor = new ov.Tensor('f32', [2], array)
  array[0] = 5
  const data = tensor.data
  assert.deepEqual(data, Float32Array.of(5, 2))
  data[0] = 7
  assert.equal(array[0], 5)
  tensor.data = Float32Array.of(8, 9)
  assert.deepEqual(array, Float32Array.of(8, 9))
  const shared = new Float32Array(new SharedArrayBuffer(8))
  new ov.Tensor('f32', [2], shared).data = Float32Array.of(3, 4)
  assert.deepEqual([...shared], [3, 4])
})

test('a tensor without data is zeros; a scalar has no dimension; an empty one no elements', () => {
  assert.deepEqual(new ov.Tensor('f32', [2, 2]).data, new Float32Array(4))
  assert.deepEqual(new ov.Tensor('i64', [2]).data, new BigInt64Array(2))
  assert.deepEqual(new ov.Tensor('i64', [], BigInt64Array.of(3n)).getShape(), [])
  const empty = new ov.Tensor('f32', [1, 0, 4], new Float32Array(0))
  assert.deepEqual(empty.getShape(), [1, 0, 4])
  assert.deepEqual(empty.data, new Float32Array(0))
})

test('shapes are arrays, Int32Array or Uint32Array of numbers; fractions are cut off', () => {
  const data = new Float32Array(6)
  assert.deepEqual(new ov.Tensor('f32', [2.9, 3], data).getShape(), [2, 3])
  assert.deepEqual(new ov.Tensor('f32', wrong(Uint32Array.of(3, 2)), data).getShape(), [3, 2])
  const refused: readonly (readonly [unknown, RegExp])[] = [
    [['2', 3], /Passed array must contain only numbers\./],
    [Float32Array.of(2, 3), /Passed argument must be an Int32Array or a Uint32Array\./],
    [new ArrayBuffer(8), /Passed argument must be of type Array or TypedArray\./],
    [[-2, -3], /Expected lengths of at least 0 in a shape but received -2/],
    [Array(65).fill(1), /at most 64 dimensions; this one has 65/],
  ]
  for (const [shape, message] of refused)
    assert.throws(() => new ov.Tensor('f32', wrong(shape), data), { message })
})

test('what does not fit is refused with openvino-node’s texts', () => {
  const data = new Float32Array(6)
  const refused: readonly (readonly [readonly unknown[], RegExp])[] = [
    [[], /Invalid number of arguments for Tensor constructor\./],
    [['f32', [6], data, 1], /Invalid number of arguments for Tensor constructor\./],
    [[5, [6]], /Passed argument must be of type String\./],
    [['f16', [6]], /Cannot create ov::element::Type from f16; the types are i8, .*, string/],
    [['f32', [6], [1, 2]], /Third argument of a tensor must be TypedArray\./],
    [['f32', [6], new ArrayBuffer(24)], /Third argument of a tensor must be TypedArray\./],
    [['f32', [5], data], /mismatch passed data's size: 5 elements of type f32 against 24 bytes/],
    [['f32', [2 ** 40, 2 ** 40], data], /mismatch passed data's size/],
    [['f32', [5], data.subarray(1)], /TypedArray\.byteOffset has to be equal to zero\./],
    [['f32', [6], new Float32Array(resizable(24))], /resizable ArrayBuffer/],
    [[['a', 1]], /The array passed to create string tensor must contain only strings\./],
  ]
  for (const [args, message] of refused)
    assert.throws(() => new AnyTensor(...args), {
      message,
    })

  const tensor = new ov.Tensor('f32', [2])
  assert.throws(
    () => {
      tensor.data = Float32Array.of(1, 2, 3)
    },
    { message: /Passed array must have the same size as the Tensor!/ },
  )
  assert.throws(
    () => {
      tensor.data = Int32Array.of(1, 2)
    },
    { message: /must be a Float32Array, as the Tensor is of type f32/ },
  )
  assert.throws(
    () => {
      tensor.data = wrong('ab')
    },
    { message: /Passed argument must be TypedArray, or Array/ },
  )
  assert.throws(() => withArgument(tensor.getShape.bind(tensor)), {
    message: 'No parameters are allowed for the getShape() method.',
  })
  assert.throws(() => withArgument(tensor.getSize.bind(tensor)), {
    message: 'getSize() does not accept any arguments.',
  })
})

test('strings go in, and come back as they were put in', () => {
  const words = ['', 'snowman ☃', 'x'.repeat(1000)]
  const tensor = new ov.Tensor(words)
  assert.deepEqual(tensor.data, words)
  assert.deepEqual(tensor.getShape(), [3])
  assert.equal(tensor.getElementType(), 'string')
  const copy = new ov.Tensor('string', [3])
  tensor.copyTo(copy)
  assert.deepEqual(copy.data, words)
  assert.throws(
    () => {
      copy.data = wrong(['one'])
    },
    { message: /same size \(number of elements\)/ },
  )
})

test('copyInto copies a part into an array, without a new one', () => {
  const tensor = new ov.Tensor('f32', [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6))
  const row = new Float32Array(3)
  assert.equal(copyInto(tensor, row, 3), row)
  assert.deepEqual(row, Float32Array.of(4, 5, 6))
  assert.throws(() => copyInto(tensor, row, 4), {
    name: 'RangeError',
    message: /Elements 4 to 7 .* of 6 elements/,
  })
  assert.throws(() => copyInto(tensor, new Int32Array(3)), {
    name: 'TypeError',
    message: /Expected a Float32Array/,
  })
})

test('copyTo copies into a tensor of the same type and shape only', () => {
  const from = new ov.Tensor('i32', [2], Int32Array.of(1, 2))
  const to = new ov.Tensor('i32', [2])
  from.copyTo(to)
  assert.deepEqual(to.data, Int32Array.of(1, 2))
  assert.throws(
    () => {
      from.copyTo(new ov.Tensor('i32', [1, 2]))
    },
    { message: /shape \[2\] into one of type i32 and shape \[1, 2\]/ },
  )
  assert.throws(
    () => {
      from.copyTo(wrong({}))
    },
    { message: /must be a Tensor/ },
  )
})

test('setShape changes a tensor in place; over an array it cannot outgrow it', () => {
  const owned = new ov.Tensor('f32', [1, 2])
  owned.setShape([3, 4])
  assert.deepEqual(owned.getShape(), [3, 4])
  assert.equal(owned.data.length, 12)
  const over = new ov.Tensor('f32', [4], Float32Array.of(1, 2, 3, 4))
  over.setShape([2, 1])
  assert.deepEqual(over.data, Float32Array.of(1, 2))
  assert.throws(
    () => {
      over.setShape([5])
    },
    { name: 'OpenVINOError', code: 'FAILED' },
  )
})

test('a tensor whose array was transferred, or that was disposed, is not touched any more', () => {
  const array = Float32Array.of(1, 2)
  const tensor = new ov.Tensor('f32', [2], array)
  structuredClone(array.buffer, { transfer: [array.buffer] })
  assert.throws(() => tensor.data, { message: /The array under a tensor was transferred/ })
  const disposed = new ov.Tensor('f32', [2])
  disposed.dispose?.()
  disposed.dispose?.()
  assert.throws(() => disposed.data, {
    name: 'OpenVINOError',
    code: 'DISPOSED',
    message: /This Tensor was disposed/,
  })
})
