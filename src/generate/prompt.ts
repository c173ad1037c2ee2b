// The checked inputs of a generation.
import type { DecoderStep } from '../architecture/engine.ts'
import { invalidRange } from '../errors.ts'
import { expectInt64, int64, type Int64Tensor, type Tensor } from '../tensor.ts'
import type { ResolvedOptions } from './options.ts'

/** What generation starts from: the processor's output, with the picture already made into embeddings. */
export interface GenerateInputs {
  /** int64 [B, S]. Left out, and without picture, generation starts from bos_token_id alone. */
  readonly input_ids?: Tensor | undefined
  /** int64 [B, S], 1 for tokens and 0 for padding; left out, all are tokens but pad_token_id, unless that also ends rows. */
  readonly attention_mask?: Tensor | undefined
  /** float32 [B, latent_query_num, D]. */
  readonly image_embeds?: Tensor | undefined
  /** int64 [B, S], 1 where a place of the prompt holds an image embedding; required with image_embeds. */
  readonly image_embeds_position_mask?: Tensor | undefined
}

/** The facts about a text model that generation depends on, by their names in its config. */
export interface GenerationModelConfig {
  readonly vocab_size: number
  readonly pad_token_id: number
  readonly max_position_embeddings: number
}

export interface Prompt {
  /** B rows of S token ids, padding included. */
  readonly rows: readonly (readonly number[])[]
  /** S */
  readonly length: number
  /** int64 [B, S] */
  readonly input_ids: Int64Tensor
  /** int64 [B, S] */
  readonly attention_mask: Int64Tensor
  /** As it came; the decoder's first step checks it. */
  readonly image: Pick<DecoderStep, 'image_embeds' | 'image_embeds_position_mask'>
}

/**
 * Checks what a generation itself looks at of its inputs, and fills in what may be left out.
 * @throws {TypeError} for a tensor of another type or shape
 * @throws {RangeError} for an empty prompt, or a mask that is not of zeros and ones
 */
export function readPrompt(inputs: GenerateInputs, options: ResolvedOptions): Prompt {
  const input_ids = readInputIds(inputs, options)
  const [batch, length] = input_ids.dims as [number, number]
  if (batch === 0 || length === 0)
    throw invalidRange('input_ids', 'at least one row and one token', input_ids.dims)
  const rows = Array.from({ length: batch }, (_, row) =>
    Array.from(input_ids.data.subarray(row * length, (row + 1) * length), Number),
  )
  const attention_mask =
    inputs.attention_mask === undefined
      ? inferAttentionMask(input_ids, options)
      : readAttentionMask(inputs.attention_mask, input_ids.dims)
  warnOfRightPadding(attention_mask)
  const { image_embeds, image_embeds_position_mask } = inputs
  return {
    rows,
    length,
    input_ids,
    attention_mask,
    image: {
      ...(image_embeds && { image_embeds }),
      ...(image_embeds_position_mask && { image_embeds_position_mask }),
    },
  }
}

function readInputIds(inputs: GenerateInputs, { bos_token_id }: ResolvedOptions): Int64Tensor {
  if (inputs.input_ids !== undefined) return expectInt64('input_ids', inputs.input_ids, ['B', 'S'])
  if (inputs.image_embeds !== undefined || inputs.attention_mask !== undefined)
    throw new TypeError('Expected input_ids with image_embeds or attention_mask, but none came')
  if (bos_token_id === null)
    throw new TypeError('Expected input_ids or bos_token_id to start from, but neither came')
  return int64([bos_token_id], [1, 1]) as Int64Tensor
}

function readAttentionMask(mask: Tensor, dims: readonly number[]): Int64Tensor {
  const checked = expectInt64('attention_mask', mask, dims)
  const odd = checked.data.find((value) => value !== 0n && value !== 1n)
  if (odd !== undefined) throw invalidRange('attention_mask', 'zeros and ones', odd)
  return checked
}

// As GenerationMixin._prepare_attention_mask_for_generation: padding is masked unless it is also an end token, for then
// nothing tells one from the other.
function inferAttentionMask(input_ids: Int64Tensor, options: ResolvedOptions): Int64Tensor {
  const { pad_token_id, eos_token_id } = options
  const isPadding = pad_token_id === null || eos_token_id.includes(pad_token_id) ? null : BigInt(pad_token_id)
  const mask = input_ids.data.map((id) => (id === isPadding ? 0n : 1n))
  return int64(mask, input_ids.dims) as Int64Tensor
}

// The reference warns and goes on, so do we.
function warnOfRightPadding({ data, dims }: Int64Tensor): void {
  const [batch, length] = dims as [number, number]
  if (batch === 1) return
  for (let row = 0; row < batch; row++) {
    if (data[(row + 1) * length - 1] !== 0n) continue
    process.emitWarning(
      `Row ${row} of the batch ends in padding, so its continuation starts from padding: pad on the left instead ` +
        `(processor.tokenizer.padding_side = 'left')`,
      { code: 'KOSMOS2_RIGHT_PADDING' },
    )
    return
  }
}
