// The public tensor: the class that onnxruntime-node exports, and the checks that take the place of
// `instanceof` (a notebook can hold several copies of that class, so only type, dims and data are looked at).
import { Tensor } from 'onnxruntime-node'
import { invalidType } from './errors.ts'

export { Tensor }

/** What every function here needs of a tensor: any copy of the class, or a plain object, will do. */
export interface TensorLike {
  readonly type: string
  readonly dims: readonly number[]
  readonly data: unknown
}
export type Float32Tensor = TensorLike & { readonly type: 'float32'; readonly data: Float32Array }
export type Int64Tensor = TensorLike & { readonly type: 'int64'; readonly data: BigInt64Array }

/** A float32 tensor. @param data - row-major, as many values as the product of `dims` */
export function float32(data: Float32Array, dims: readonly number[]): Tensor {
  return new Tensor('float32', data, dims)
}

/** An int64 tensor. @param data - row-major, as many values as the product of `dims` */
export function int64(data: BigInt64Array | readonly number[], dims: readonly number[]): Tensor {
  return new Tensor('int64', data instanceof BigInt64Array ? data : BigInt64Array.from(data, BigInt), dims)
}

/** Tensors of one type and shape [1, ...], float32 or int64, as one [N, ...]. */
export function stackRows(rows: readonly Tensor[]): Tensor {
  const [{ type, dims }] = rows as [Tensor]
  const size = dims.reduce((product, dim) => product * dim, 1)
  const shape = [rows.length, ...dims.slice(1)]
  if (type === 'int64') {
    const all = new BigInt64Array(rows.length * size)
    for (const [row, { data }] of rows.entries()) all.set(data as BigInt64Array, row * size)
    return int64(all, shape)
  }
  const all = new Float32Array(rows.length * size)
  for (const [row, { data }] of rows.entries()) all.set(data as Float32Array, row * size)
  return float32(all, shape)
}

/**
 * Checks that a value is a float32 tensor of the given shape.
 * @param name - the argument's name, for the message
 * @param dims - expected dimensions; a string stands for any size and appears in the message, e.g. `['B', 3, 'H', 'W']`
 * @throws {TypeError} saying which type or shape was expected and which came
 */
export function expectFloat32(
  name: string,
  value: unknown,
  dims: readonly (number | string)[],
): Float32Tensor {
  return expectTensor(name, value, 'float32', Float32Array, dims) as Float32Tensor
}

/** As `expectFloat32`, for int64. */
export function expectInt64(name: string, value: unknown, dims: readonly (number | string)[]): Int64Tensor {
  return expectTensor(name, value, 'int64', BigInt64Array, dims) as Int64Tensor
}

/** Whether a value has the three properties of a tensor. */
export function isTensorLike(value: unknown): value is TensorLike {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    'data' in value &&
    'dims' in value &&
    Array.isArray(value.dims)
  )
}

function expectTensor(
  name: string,
  value: unknown,
  type: string,
  array: { readonly name: string },
  dims: readonly (number | string)[],
): TensorLike {
  const expected = `a ${type} tensor [${dims.join(', ')}]`
  if (!isTensorLike(value)) throw invalidType(name, expected, value)
  const fits =
    value.dims.length === dims.length && dims.every((d, i) => typeof d === 'string' || d === value.dims[i])
  if (value.type !== type || !fits)
    throw new TypeError(
      `Expected ${expected} for ${name} but received a ${value.type} tensor [${value.dims.join(', ')}]`,
    )
  const size = value.dims.reduce((a, b) => a * b, 1)
  const data = value.data as {
    readonly length?: number
    readonly constructor?: { readonly name?: string }
  } | null
  // By name, not by instanceof: typed arrays of another realm (a notebook, a worker, a test runner) are as good.
  if (data?.constructor?.name !== array.name || data.length !== size)
    throw new TypeError(`Expected ${size} values in a ${array.name} for ${name} but its data is not that`)
  return value
}
