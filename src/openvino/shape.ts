// Shapes between JavaScript and OpenVINO's C structures: ov_shape_t, ov_partial_shape_t and ov_dimension_t.
import { library, native } from './library.ts'
import { notAvailable } from './not-available.ts'
import { check } from './status.ts'
import type { NativeFunction } from './signatures.ts'
import type { Dimension } from './types.ts'

/** More dimensions than any model has; what claims more is damaged. */
const MAX_RANK = 64
/** OpenVINO writes this for no upper limit. */
const NO_LIMIT = -1

/** A shape as native code takes it. */
export interface NativeShape {
  readonly rank: number
  readonly dims: BigInt64Array
}
/** A shape some of whose dimensions, or whose rank, may be unknown: `[least, most]` each, -1 for no limit. */
export interface NativePartialShape {
  readonly rank: { readonly min: number; readonly max: number }
  readonly dims: BigInt64Array
}

const sharedDims = new BigInt64Array(new ArrayBuffer(8 * MAX_RANK))

/**
 * A shape for one call of native code, which copies it: the next call of this overwrites it.
 * Throws unless `shape` is an array of numbers or an Int32Array or Uint32Array; fractions are cut off.
 */
export function nativeShape(shape: unknown): NativeShape {
  if (ArrayBuffer.isView(shape) && !(shape instanceof Int32Array) && !(shape instanceof Uint32Array))
    throw new TypeError('Passed argument must be an Int32Array or a Uint32Array.')
  if (!Array.isArray(shape) && !ArrayBuffer.isView(shape))
    throw new TypeError('Passed argument must be of type Array or TypedArray.')
  const lengths = shape as ArrayLike<unknown>
  if (lengths.length > MAX_RANK)
    throw new RangeError(`A shape has at most ${MAX_RANK} dimensions; this one has ${lengths.length}`)
  for (let i = 0; i < lengths.length; i++) {
    const length = lengths[i]
    if (typeof length !== 'number') throw new TypeError('Passed array must contain only numbers.')
    if (!(length >= 0 && length <= Number.MAX_SAFE_INTEGER))
      throw new RangeError(`Expected lengths of at least 0 in a shape but received ${length}`)
    sharedDims[i] = BigInt(Math.trunc(length))
  }
  return { rank: lengths.length, dims: sharedDims }
}

/** What the library answers for a shape without dimensions, which it cannot give (its own calls here are right). */
const REFUSED = -14

const place = new BigInt64Array(new ArrayBuffer(16)) // ov_shape_t: rank, dims

/** The shape that a function writes to its last argument. */
export function readShape(call: NativeFunction, action: string, owner: bigint): number[] {
  const status = call(owner, place)
  if (status === REFUSED) return []
  check(status, action)
  try {
    const rank = Number(place[0])
    if (rank > MAX_RANK) throw new RangeError(`OpenVINO gave a shape of ${rank} dimensions`)
    return readInt64(place[1]!, rank)
  } finally {
    native().ov_shape_free(place)
  }
}

const partialPlace = new BigInt64Array(new ArrayBuffer(24)) // ov_partial_shape_t: least and greatest rank, dims

/** The partial shape of a port. The library gives an open rank as one open dimension. */
export function readPartialShape(port: bigint, action: string): PartialDimensions {
  check(native().ov_port_get_partial_shape(port, partialPlace), action)
  try {
    const [least = 0n, most = 0n, dims = 0n] = partialPlace
    if (least !== most) return undefined
    if (least > MAX_RANK) throw new RangeError(`OpenVINO gave a shape of ${least.toString()} dimensions`)
    const limits = readInt64(dims, 2 * Number(least))
    return Array.from({ length: Number(least) }, (_, i) => dimension(limits[2 * i]!, limits[2 * i + 1]!))
  } finally {
    native().ov_partial_shape_free(partialPlace)
  }
}

/** The dimensions of a partial shape; undefined when not even their number is known. */
export type PartialDimensions = readonly Dimension[] | undefined

function dimension(least: number, most: number): Dimension {
  if (least === most && least >= 0) return least
  if (least <= 0 && most === NO_LIMIT) return -1
  return [least, most === NO_LIMIT ? Infinity : most]
}

/** A partial shape as native code takes it. It makes one open dimension of an open rank, and an open rank of none. */
export function nativePartialShape(dimensions: PartialDimensions): NativePartialShape {
  if (dimensions === undefined) throw notAvailable('reshape to an open rank', 'Give the number of dimensions')
  if (dimensions.length === 0)
    throw notAvailable('reshape to a scalar', 'Use the shape [1], or a model whose input is a scalar')
  const rank = dimensions.length
  const dims = new BigInt64Array(new ArrayBuffer(16 * dimensions.length))
  dimensions.forEach((one, i) => {
    const [least, most] = typeof one === 'number' ? (one < 0 ? [0, Infinity] : [one, one]) : one
    dims[2 * i] = BigInt(least)
    dims[2 * i + 1] = BigInt(most === Infinity ? NO_LIMIT : most)
  })
  return { rank: { min: rank, max: rank }, dims }
}

/** Reads native integers one by one, which costs less than a view of them. */
function readInt64(address: bigint, count: number): number[] {
  const { decode } = library().koffi
  const start = BigInt.asUintN(64, address)
  return Array.from({ length: count }, (_, i) => Number(decode.int64(start + 8n * BigInt(i))))
}
