// Rows of token ids on their way to a batch: cut, padded, and turned into the fields that the model takes.
import { type Tensor, int64 } from '../tensor.ts'
import type { EncodePlan, Side } from './encode-options.ts'

/** One encoded text: for each place the id, whether to attend to it, and whether it is an added special token. */
export interface Row {
  readonly ids: readonly number[]
  readonly attention: readonly number[]
  readonly special: readonly number[]
}

/** A row of plain token ids. */
export function row(ids: readonly number[]): Row {
  return { ids, attention: ids.map(() => 1), special: ids.map(() => 0) }
}

/** The row with special tokens before and after it. */
export function surround(
  { ids, attention, special }: Row,
  prefix: readonly number[],
  suffix: readonly number[],
): Row {
  const ones = (tokens: readonly number[]): number[] => tokens.map(() => 1)
  return {
    ids: [...prefix, ...ids, ...suffix],
    attention: [...ones(prefix), ...attention, ...ones(suffix)],
    special: [...ones(prefix), ...special, ...ones(suffix)],
  }
}

/**
 * Token ids cut into pieces of at most `length`: first what truncation keeps, then the pieces it cut off, each
 * repeating `stride` tokens of the one before.
 */
export function cut(ids: readonly number[], length: number, stride: number, side: Side): number[][] {
  if (ids.length <= length) return [[...ids]]
  if (length === 0) return [[], [...ids]]
  const pieces: number[][] = []
  const count = Math.ceil((ids.length - stride) / (length - stride))
  for (let piece = 0; piece < count; piece++) {
    const passed = piece * (length - stride)
    pieces.push(
      side === 'right'
        ? ids.slice(passed, passed + length)
        : ids.slice(Math.max(0, ids.length - passed - length), ids.length - passed),
    )
  }
  return pieces
}

/** The length of the longest row. */
export function longestOf(rows: readonly Row[]): number {
  return rows.reduce((longest, { ids }) => Math.max(longest, ids.length), 0)
}

/** Values padded with a filler to a length; longer ones are left as they are. */
export function padTo(values: readonly number[], length: number, side: Side, filler: number): number[] {
  const padding = new Array<number>(Math.max(0, length - values.length)).fill(filler)
  return side === 'left' ? [...padding, ...values] : [...values, ...padding]
}

/** The row padded to a length; a longer one is left as it is. */
export function pad(row: Row, length: number, side: Side, padId: number): Row {
  return {
    ids: padTo(row.ids, length, side, padId),
    attention: padTo(row.attention, length, side, 0),
    special: padTo(row.special, length, side, 1),
  }
}

/** The fields of a batch as nested arrays: a row of numbers a text, or a number a text. */
export type BatchFields = Record<string, number[][] | number[]>

/** The fields that the plan asks for. */
export function batchFields(rows: readonly Row[], { returns }: EncodePlan): BatchFields {
  return {
    input_ids: rows.map(({ ids }) => [...ids]),
    ...(returns.tokenTypeIds && { token_type_ids: rows.map(({ ids }) => ids.map(() => 0)) }),
    ...(returns.attentionMask && { attention_mask: rows.map(({ attention }) => [...attention]) }),
    ...(returns.specialTokensMask && { special_tokens_mask: rows.map(({ special }) => [...special]) }),
    ...(returns.length && { length: rows.map(({ ids }) => ids.length) }),
  }
}

/** The fields of the only text of a batch, without the batch around them; what truncation cut off makes it several rows. */
export function unbatch(fields: BatchFields): BatchFields | Record<string, number[]> {
  if ('overflow_to_sample_mapping' in fields) return fields
  return Object.fromEntries(
    Object.entries(fields).map(([name, values]) => {
      const [first] = values
      return [name, Array.isArray(first) ? first : values]
    }),
  )
}

/**
 * The fields as int64 tensors, [B, S] or [B].
 * @throws {RangeError} if rows differ in length
 */
export function toTensors(fields: BatchFields): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(fields).map(([name, values]) => [name, toTensor(name, values)]))
}

function toTensor(name: string, values: number[][] | number[]): Tensor {
  const first = values[0]
  if (!Array.isArray(first)) return int64(values as number[], [values.length])
  const rows = values as number[][]
  const lengths = rows.map((row) => row.length)
  if (lengths.some((length) => length !== first.length))
    throw new RangeError(
      `Expected rows of one length for the tensor ${name} but they have ${lengths.join(', ')}; ` +
        'padding: true makes them equal, return_tensors: null gives them as arrays',
    )
  return int64(rows.flat(), [rows.length, first.length])
}

/** The values of a float32 tensor [B, C, H, W] as nested arrays. */
export function nested({ data, dims }: Tensor): number[][][][] {
  const [, channels, height, width] = dims as [number, number, number, number]
  return split(split(split(Array.from(data as Float32Array), width), height), channels)
}

function split<T>(values: readonly T[], length: number): T[][] {
  return Array.from({ length: values.length / length }, (_, i) => values.slice(i * length, (i + 1) * length))
}
