// Turns one step of the decoder into what the text graph takes: tokens, image rows, positions, bias. Everything about
// the step is checked here, before an engine sees it.
import type { Kosmos2TextConfig } from '../checkpoint/config.ts'
import { invalidRange } from '../errors.ts'
import { expectFloat32, expectInt64, float32, int64, type Tensor } from '../tensor.ts'
import { attentionBias } from './attention-bias.ts'
import type { DecoderStep } from './engine.ts'
import { checkSequenceLength } from './sequence-length.ts'
import { positionEmbeddings } from './position-embeddings.ts'

/** The text graph's inputs by name; see text.ts for their shapes. */
export interface TextFeeds {
  readonly input_ids: Tensor
  readonly image_embeds: Tensor
  readonly image_slots: Tensor
  readonly position_embeddings: Tensor
  readonly attention_bias: Tensor
  readonly logits_to_keep: Tensor
}

/**
 * @param past - positions already in the cache
 * @param blocked - see attentionBias
 * @throws {TypeError | RangeError} for a tensor of another type or shape, an id outside the vocabulary, or image rows
 *   that are not as many as the places for them
 */
export function textFeeds(
  step: DecoderStep,
  config: Kosmos2TextConfig,
  past: number,
  blocked?: number,
): TextFeeds {
  const ids = expectInt64('input_ids', step.input_ids, ['B', 'S'])
  const [batch, sequence] = ids.dims as [number, number]
  const total = past + sequence
  checkSequenceLength(total, config.max_position_embeddings)
  for (const id of ids.data)
    if (id < 0n || id >= BigInt(config.vocab_size))
      throw invalidRange('input_ids', `ids from 0 to ${config.vocab_size - 1} (vocab_size - 1)`, id)
  const mask = expectInt64('attention_mask', step.attention_mask, [batch, total])
  const positions = expectInt64('position_ids', step.position_ids, [batch, sequence])
  const { logitsToKeep: keep } = step
  if (!Number.isInteger(keep) || keep < 1 || keep > sequence)
    throw invalidRange('logitsToKeep', `integer from 1 to ${sequence}, the number of new positions`, keep)

  const width = config.embed_dim
  const image = imageRows(step, batch, sequence, width)
  return {
    input_ids: int64(ids.data, ids.dims),
    image_embeds: image.rows,
    image_slots: int64(image.slots, [batch, sequence]),
    position_embeddings: float32(positionEmbeddings(positions.data, width, config.pad_token_id), [
      batch,
      sequence,
      width,
    ]),
    attention_bias: float32(attentionBias(mask.data, batch, sequence, total, blocked), [
      batch,
      1,
      sequence,
      total,
    ]),
    logits_to_keep: int64([keep], [1]),
  }
}

/** The rows [N, D] that replace token embeddings, and for each position which of them, or -1. */
function imageRows(step: DecoderStep, batch: number, sequence: number, width: number) {
  const slots = new BigInt64Array(batch * sequence).fill(-1n)
  if (step.inputs_embeds !== undefined) return givenRows(step, batch, sequence, width)
  if (step.image_embeds === undefined) return { rows: float32(new Float32Array(width), [1, width]), slots }

  const { rows, places } = imagePlaces(step, batch, sequence, width)
  places.forEach((place, row) => {
    slots[place] = BigInt(row)
  })
  return { rows, slots }
}

/** Embeddings that the caller gives, with the picture's rows where they belong: a row for every position. */
function givenRows(step: DecoderStep, batch: number, sequence: number, width: number) {
  const given = expectFloat32('inputs_embeds', step.inputs_embeds, [batch, sequence, width])
  const data = given.data.slice()
  if (step.image_embeds !== undefined) {
    const { rows, places } = imagePlaces(step, batch, sequence, width)
    places.forEach((place, row) => {
      data.set((rows.data as Float32Array).subarray(row * width, (row + 1) * width), place * width)
    })
  }
  const slots = BigInt64Array.from({ length: batch * sequence }, (_, place) => BigInt(place))
  return { rows: float32(data, [batch * sequence, width]), slots }
}

/** The picture's rows [N, D], and the position of each among all of the step. */
function imagePlaces(step: DecoderStep, batch: number, sequence: number, width: number) {
  const embeds = expectFloat32('image_embeds', step.image_embeds, ['B', 'Q', width])
  const mask = expectInt64('image_embeds_position_mask', step.image_embeds_position_mask, [batch, sequence])
  const rows = embeds.dims[0]! * embeds.dims[1]!
  const places = Array.from(mask.data.keys()).filter((place) => mask.data[place] !== 0n)
  if (places.length !== rows)
    throw new RangeError(
      `Expected as many ones in image_embeds_position_mask as image_embeds has rows: ${places.length} places for ` +
        `${embeds.dims[0]} x ${embeds.dims[1]} = ${rows} rows. Make the prompt with the processor, one picture a text, ` +
        `and num_image_tokens equal to latent_query_num`,
    )
  return { rows: float32(embeds.data, [rows, width]), places }
}
