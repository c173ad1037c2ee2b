// Where the words of a phrase look in the picture: from the text model's attention to the places of the latent queries,
// and from there to the patches that each query looks at.
import { invalidRange, invalidType, rejectUnknownOptions } from '../errors.ts'
import { expectFloat32, expectInt64, type TensorLike } from '../tensor.ts'
import type { Kosmos2Processor } from '../text/processor.ts'
import { BEGIN_OF_PHRASE, END_OF_PHRASE } from '../text/tags.ts'
import { manyRows, type TokenIdRows } from '../text/token-ids.ts'
import { chosen, patchAttention } from './patch-attention.ts'

/** What `forward` gives with `output_attentions`, as far as it is needed. */
export interface LooksAtPicture {
  /** For each layer float32 [B, heads, S, S]. */
  readonly attentions?: readonly TensorLike[]
  /** float32 [B, heads, queries, 1 + patches + queries] */
  readonly projection_attentions?: TensorLike
}

export interface PhraseAttentionOptions {
  /** Which row of the batch, from 0. @default 0 */
  readonly row?: number | undefined
  /** One layer, from 0; by default the mean of all. */
  readonly layer?: number | undefined
  /** One attention head of the text model, from 0; by default the mean of all. */
  readonly head?: number | undefined
}

/**
 * The places of the words of each phrase in a row of token ids: what stands between `<phrase>` and `</phrase>`.
 * @param ids - of a prompt with or without its answer
 * @returns a list of places for each phrase, in their order
 */
export function phrasePlaces(processor: Kosmos2Processor, ids: TokenIdRows, row = 0): number[][] {
  const own = manyRows('ids', ids)[row]
  if (own === undefined) throw invalidRange('row', 'the number of a row', row)
  const { tokenizer } = processor
  const [begin, end] = tokenizer.convert_tokens_to_ids([BEGIN_OF_PHRASE, END_OF_PHRASE]) as [number, number]
  const phrases: number[][] = []
  for (let from = own.indexOf(begin); from >= 0; from = own.indexOf(begin, from + 1)) {
    const to = own.indexOf(end, from)
    if (to < 0) break
    phrases.push(Array.from({ length: to - from - 1 }, (_, i) => from + 1 + i))
  }
  return phrases
}

/**
 * The attention of some tokens to the patches of a picture, the mean over the tokens.
 *
 *     const output = await model.forward({ ...inputs, output_attentions: true })
 *     const [phrase] = phrasePlaces(processor, inputs.input_ids)
 *     const weights = phraseAttention(output, inputs.image_embeds_position_mask, phrase)
 *     display.svg(await attentionMap(picture, weights))
 *
 * @param output - of `forward` with `output_attentions`
 * @param image_embeds_position_mask - of the same inputs, int64 [B, S]
 * @param places - of the tokens in the row, at least one
 * @returns one weight a patch, row by row from the top left; they add up to less than 1, as tokens look at one another too
 * @throws {TypeError} for an output without attentions, {RangeError} for a place, row, layer or head that is not there
 */
export function phraseAttention(
  output: LooksAtPicture,
  image_embeds_position_mask: TensorLike,
  places: readonly number[],
  options: PhraseAttentionOptions = {},
): Float32Array {
  rejectUnknownOptions('phraseAttention', options, ['row', 'layer', 'head'])
  const { attentions, projection_attentions } = output
  if (attentions === undefined || projection_attentions === undefined)
    throw invalidType('output', 'what forward gives for a picture with output_attentions: true', output)
  const { row = 0, layer, head } = options
  const mask = expectInt64('image_embeds_position_mask', image_embeds_position_mask, ['B', 'S'])
  const [batch, length] = mask.dims as [number, number]
  chosen('row', row, batch)
  const layers = chosen('layer', layer, attentions.length).map((each) => attentions[each]!)
  if (places.length === 0) throw invalidRange('places', 'at least one', places)
  for (const place of places) chosen('places', place, length)
  const slots = Array.from({ length }, (_, place) => place).filter(
    (place) => mask.data[row * length + place] === 1n,
  )
  if (slots.length === 0)
    throw invalidRange('image_embeds_position_mask', `places of a picture in row ${row}`, mask.data)
  const weights = new Float64Array(slots.length)
  for (const tensor of layers) {
    const { data, dims } = expectFloat32('attentions', tensor, [batch, 'heads', length, length])
    const count = dims[1]!
    const heads = chosen('head', head, count)
    const share = 1 / (heads.length * places.length * layers.length)
    for (const each of heads)
      for (const place of places) {
        const from = ((row * count + each) * length + place) * length
        slots.forEach((slot, query) => {
          weights[query]! += share * data[from + slot]!
        })
      }
  }
  const patches = slots.map((_, query) => patchAttention(projection_attentions, { row, query }))
  return patches[0]!.map((_, patch) =>
    patches.reduce((sum, own, query) => sum + weights[query]! * own[patch]!, 0),
  )
}
