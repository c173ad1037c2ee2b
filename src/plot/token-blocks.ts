// A row of token ids in the blocks that a picture of it shows: single tokens, and runs drawn as one.
import { invalidRange, invalidType } from '../errors.ts'
import { expectInt64, isTensorLike, type TensorLike } from '../tensor.ts'
import { tokenKind, type TokenKind } from './token-kinds.ts'

/** What the processor gives, or part of it: a batch as int64 tensors [B, S], or one row as numbers. */
export interface TokenInputs {
  readonly input_ids: TensorLike | readonly (number | bigint)[]
  /** 1 where a position takes an image embedding, 0 elsewhere; without it no position is known to. */
  readonly image_embeds_position_mask?: TensorLike | readonly (number | bigint)[] | undefined
}
/** Where the tokens' text comes from: one string a token, or something that knows it, as a tokenizer does. */
export type TokenSource =
  readonly string[] | { convert_ids_to_tokens(ids: number[]): readonly (string | null | undefined)[] }

/** Neighbouring positions that are drawn as one. */
export interface TokenBlock {
  readonly kind: TokenKind
  /** Whether its positions take image embeddings. */
  readonly slots: boolean
  /** The token, or the first of several. */
  readonly piece: string
  readonly ids: readonly number[]
  /** Of the first token in the row, from 0. */
  readonly position: number
}

/** So many equal tokens in a row, such as padding, become one block. */
const longRun = 4

/**
 * Splits one row into blocks: all image slots that follow each other, runs of four or more equal tokens, and every
 * other token by itself.
 * @param row - which row of a batch
 * @throws {TypeError | RangeError} if ids, mask and tokens are not what they should be, or not equally many
 */
export function tokenBlocks(inputs: TokenInputs, tokens: TokenSource, row: number): TokenBlock[] {
  const ids = readRow('input_ids', inputs.input_ids, row)
  const mask =
    inputs.image_embeds_position_mask === undefined
      ? ids.map(() => 0)
      : readRow('image_embeds_position_mask', inputs.image_embeds_position_mask, row)
  const pieces = readPieces(tokens, ids)
  for (const [name, list] of Object.entries({ image_embeds_position_mask: mask, tokens: pieces }))
    if (list.length !== ids.length)
      throw invalidRange(`the length of ${name}`, `${ids.length}, as many as input_ids`, list.length)
  const other = mask.find((value) => value !== 0 && value !== 1)
  if (other !== undefined) throw invalidRange('image_embeds_position_mask', 'zeros and ones', other)

  const blocks: TokenBlock[] = []
  for (let start = 0; start < ids.length;) {
    const slots = mask[start] === 1
    let end = start + 1
    while (end < ids.length && (slots ? mask[end] === 1 : mask[end] === 0 && ids[end] === ids[start])) end++
    if (!slots && end - start < longRun) end = start + 1
    const piece = pieces[start]!
    blocks.push({ kind: tokenKind(piece, slots), slots, piece, ids: ids.slice(start, end), position: start })
    start = end
  }
  return blocks
}

/** One row of a batch, or the row itself, as numbers. */
function readRow(name: string, value: TokenInputs['input_ids'], row: number): number[] {
  if (isTensorLike(value)) {
    const { dims, data } = expectInt64(name, value, ['B', 'S'])
    const [rows, length] = dims as [number, number]
    if (!Number.isInteger(row) || row < 0 || row >= rows)
      throw invalidRange('row', `a whole number from 0 to ${rows - 1}`, row)
    return Array.from(data.subarray(row * length, (row + 1) * length), Number)
  }
  if (!Array.isArray(value))
    throw invalidType(name, 'an int64 tensor [B, S] or an array of whole numbers', value)
  if (row !== 0) throw invalidRange('row', `0 for ${name} given as one row`, row)
  return value.map((id: unknown, index) => {
    if (typeof id !== 'bigint' && !Number.isInteger(id))
      throw invalidType(`${name}[${index}]`, 'a whole number', id)
    return Number(id)
  })
}

function readPieces(tokens: TokenSource | undefined, ids: number[]): string[] {
  const knowing = tokens as { convert_ids_to_tokens?: (ids: number[]) => unknown } | undefined
  const pieces =
    typeof knowing?.convert_ids_to_tokens === 'function' ? knowing.convert_ids_to_tokens(ids) : tokens
  if (!Array.isArray(pieces))
    throw invalidType('tokens', 'an array of strings, or a tokenizer with convert_ids_to_tokens', tokens)
  return pieces.map((piece: unknown, index) => {
    // A tokenizer has no text for an id beyond its vocabulary.
    if (piece === undefined || piece === null) return '?'
    if (typeof piece !== 'string') throw invalidType(`tokens[${index}]`, 'a string', piece)
    return piece
  })
}
