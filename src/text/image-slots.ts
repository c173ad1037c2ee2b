// The places of a prompt that the picture takes: after `<image>` one place a latent query, then `</image>`.
// Source: transformers processing_kosmos2.py.
import { type EncodeOptions, type EncodePlan, paddedLength } from './encode-options.ts'
import { type BatchFields, type Row, batchFields, longestOf, pad, padTo } from './rows.ts'
import { BEGIN_OF_IMAGE, END_OF_IMAGE } from './tags.ts'
import type { Kosmos2Tokenizer } from './tokenizer.ts'

/** Where the places are and what goes there. */
export interface ImageSlots {
  /** How many tokens stand before `<image>`. */
  readonly before: number
  readonly count: number
  /** The id in the first place, the others count up from it. */
  readonly firstId: number
}

/**
 * Encodes prompts that begin with the placeholders of a picture, and fills these.
 *
 * One prompt alone is never padded. Several are padded at least to the longest, whatever `padding` says, and on the
 * tokenizer's own `padding_side`. That and the way to the common length are the reference's.
 * @throws {RangeError} if truncation cuts into the placeholders, or the ids of the places leave the vocabulary
 */
export function encodeWithImages(
  tokenizer: Kosmos2Tokenizer,
  prompts: readonly string[],
  options: EncodeOptions,
  single: boolean,
  slots: ImageSlots,
): BatchFields {
  if (slots.firstId + slots.count > tokenizer.length)
    throw new RangeError(
      `Expected ${slots.count} ids from first_image_token_id on inside the vocabulary of ${tokenizer.length}, ` +
        `but received ${slots.firstId}`,
    )
  const [begin, end] = tokenizer.convert_tokens_to_ids([BEGIN_OF_IMAGE, END_OF_IMAGE])
  const placeholders = [...new Array<number | undefined>(slots.count + 1).fill(begin), end]
  const padded = tokenizer.plan({ ...options, verbose: false })
  // Rows are cut as if they were not to be padded: so `max_length` alone cuts them, whatever `padding` says.
  const plan = tokenizer.plan({ ...options, padding: false })
  const rows = prompts.map((prompt) => fill(tokenizer.encodeRow(prompt, plan)[0], slots, placeholders))
  const length = single ? 0 : commonLength(tokenizer, prompts, rows, padded)
  const side = tokenizer.padding_side
  return {
    ...batchFields(
      rows.map((row) => pad(row, length, side, tokenizer.pad_token_id)),
      plan,
    ),
    image_embeds_position_mask: rows.map(({ image }) => padTo(image, length, side, 0)),
  }
}

/** What the longest row, the last of several, comes to when it is encoded and padded on its own. */
function commonLength(
  tokenizer: Kosmos2Tokenizer,
  prompts: readonly string[],
  rows: readonly Row[],
  plan: EncodePlan,
): number {
  const longest = longestOf(rows)
  const prompt = prompts[rows.findLastIndex(({ ids }) => ids.length === longest)]!
  const { length } = tokenizer.encodeRow(prompt, plan)[0].ids
  return Math.max(length, paddedLength(plan, length))
}

function fill(
  row: Row,
  { before, count, firstId }: ImageSlots,
  placeholders: readonly (number | undefined)[],
): Row & { readonly image: readonly number[] } {
  const { ids } = row
  if (!placeholders.every((id, i) => ids[before + i] === id))
    throw new RangeError(
      `Expected room for the picture, which takes the first ${before + placeholders.length} tokens of a text, ` +
        `but truncation to ${ids.length} tokens cut into it; raise max_length, and keep truncation_side 'right'`,
    )
  const start = before + 1
  const slotIds = Array.from({ length: count }, (_, i) => firstId + i)
  return {
    ...row,
    ids: [...ids.slice(0, start), ...slotIds, ...ids.slice(start + count)],
    image: ids.map((_, place) => (place >= start && place < start + count ? 1 : 0)),
  }
}
