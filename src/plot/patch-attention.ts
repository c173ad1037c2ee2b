// Where in the picture the latent queries look: the part of the projection's attention that falls on patches.
import { invalidRange, rejectUnknownOptions } from '../errors.ts'
import { expectFloat32, type TensorLike } from '../tensor.ts'

export interface PatchAttentionOptions {
  /** Which picture of the batch, from 0; by default the first. */
  readonly row?: number | undefined
  /** One latent query, from 0; by default the mean of all. */
  readonly query?: number | undefined
  /** One attention head, from 0; by default the mean of all. */
  readonly head?: number | undefined
}

/**
 * The attention of latent queries to the patches of a picture. A query attends to the vision tower's class token, to
 * its patches and to the queries themselves; only the patches are kept, so that the result sums to less than 1.
 * @param projection_attentions - float32 [B, heads, queries, 1 + patches + queries], as `forward` returns it
 * @returns one weight a patch, row by row from the top left
 * @throws {TypeError} if it is no such tensor, {RangeError} if the row, query or head does not exist
 */
export function patchAttention(
  projection_attentions: TensorLike,
  options: PatchAttentionOptions = {},
): Float32Array {
  rejectUnknownOptions('patchAttention', options, ['row', 'query', 'head'])
  const { dims, data } = expectFloat32('projection_attentions', projection_attentions, [
    'B',
    'heads',
    'queries',
    '1 + patches + queries',
  ])
  const [rows, headCount, queryCount, keyCount] = dims as [number, number, number, number]
  const patches = keyCount - queryCount - 1
  if (patches < 1)
    throw new TypeError(
      `Expected more keys than queries in projection_attentions but received dims [${dims.join(', ')}]`,
    )
  const [row] = chosen('row', options.row ?? 0, rows)
  const queries = chosen('query', options.query, queryCount)
  const heads = chosen('head', options.head, headCount)

  const sums = new Float64Array(patches)
  for (const head of heads)
    for (const query of queries) {
      const afterClassToken = ((row! * headCount + head) * queryCount + query) * keyCount + 1
      for (let patch = 0; patch < patches; patch++) sums[patch]! += data[afterClassToken + patch]!
    }
  return Float32Array.from(sums, (sum) => sum / (heads.length * queries.length))
}

/** The one index that was asked for, or all. @throws {RangeError} for one that is not there */
export function chosen(name: string, index: number | undefined, count: number): number[] {
  if (index === undefined) return Array.from({ length: count }, (_, each) => each)
  if (!Number.isInteger(index) || index < 0 || index >= count)
    throw invalidRange(name, `a whole number from 0 to ${count - 1}`, index)
  return [index]
}
