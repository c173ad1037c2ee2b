// Token ids in the forms they come in: tensors of a model, arrays of numbers or of bigints.
import { invalidType } from '../errors.ts'
import { type TensorLike, isTensorLike } from '../tensor.ts'

/** One sequence of token ids: an array, or an int64 tensor [S]. */
export type TokenIds = readonly (number | bigint)[] | TensorLike

/** Several sequences: arrays, an int64 tensor [B, S], or what `generate` gives with `return_dict_in_generate`. */
export type TokenIdRows =
  readonly (readonly (number | bigint)[])[] | TokenIds | { readonly sequences: TokenIdRows }

const ONE = 'token ids: an array of integers or an int64 tensor [S]'
const SEVERAL = 'token ids: arrays of integers, an int64 tensor [B, S], or { sequences } with one of these'

/**
 * The ids as numbers.
 * @param name - the argument's name, for messages
 * @throws {TypeError} if they are anything but one sequence of integers
 */
export function oneRow(name: string, ids: unknown): number[] {
  if (Array.isArray(ids)) return ids.map((id) => toInteger(name, ONE, id))
  const rows = isTensorLike(ids) && ids.dims.length === 1 ? tensorRows(name, ids) : []
  if (rows.length !== 1) throw invalidType(name, `${ONE} (for several rows there is batch_decode)`, ids)
  return rows[0]!
}

/**
 * The ids as rows of numbers; a single sequence is one row.
 * @param name - the argument's name, for messages
 * @throws {TypeError} if they are anything but sequences of integers
 */
export function manyRows(name: string, ids: unknown): number[][] {
  if (Array.isArray(ids)) {
    if (ids.length > 0 && !ids.some(Array.isArray)) return [oneRow(name, ids)]
    return ids.map((row, index) => oneRow(`${name}[${index}]`, row))
  }
  if (isTensorLike(ids)) return tensorRows(name, ids)
  if (typeof ids === 'object' && ids !== null && 'sequences' in ids)
    return manyRows(`${name}.sequences`, ids.sequences)
  throw invalidType(name, SEVERAL, ids)
}

function tensorRows(name: string, { type, dims, data }: TensorLike): number[][] {
  const [rows, length] = dims.length === 1 ? [1, dims[0]!] : [dims[0] ?? 0, dims[1] ?? 0]
  if (type !== 'int64' || dims.length < 1 || dims.length > 2)
    throw new TypeError(
      `Expected an int64 tensor [B, S] or [S] for ${name} but received a ${type} tensor [${dims.join(', ')}]`,
    )
  const ids = Array.from(data as ArrayLike<bigint>, Number)
  if (ids.length !== rows * length)
    throw new TypeError(
      `Expected ${rows * length} values in the tensor for ${name} but its data has ${ids.length}`,
    )
  return Array.from({ length: rows }, (_, row) => ids.slice(row * length, (row + 1) * length))
}

function toInteger(name: string, expected: string, id: unknown): number {
  if (typeof id === 'bigint') return Number(id)
  if (typeof id === 'number' && Number.isInteger(id)) return id
  throw invalidType(name, expected, id)
}
