// A prompt in two runs where that is faster than one. OpenVINO's CPU plugin multiplies in blocks of up to 64 rows, and
// what is a little more than that takes it nearly twice as long: at full size in INT4 64 positions take 276 ms, 71 take
// 469, and 64 and then 7 take 309. "<grounding> An image of" with its picture has 71 positions.
import type { TextFeeds } from '../architecture/text-feeds.ts'
import { float32, int64, type TensorLike } from '../tensor.ts'

const BLOCK = 64
/** With more left over than this, two runs are no faster than one. */
const MOST_LEFT_OVER = 16

/**
 * @param feeds - of a run on an empty cache
 * @returns the runs that do the same, one after the other; the logits asked for are those of the last
 */
export function promptPieces(feeds: TextFeeds): readonly TextFeeds[] {
  const [batch, sequence] = feeds.input_ids.dims as [number, number]
  const left = sequence - BLOCK
  const [keep] = feeds.logits_to_keep.data as BigInt64Array
  if (batch !== 1 || left < 1 || left > MOST_LEFT_OVER || keep! > left) return [feeds]
  return [piece(feeds, 0, BLOCK, 1n), piece(feeds, BLOCK, sequence, keep!)]
}

/** Positions `from` to `to`, which see those before them. */
function piece(feeds: TextFeeds, from: number, to: number, keep: bigint): TextFeeds {
  const { input_ids, image_embeds, image_slots, position_embeddings, attention_bias } = feeds
  const length = to - from
  const ids = ({ data }: TensorLike) => int64((data as BigInt64Array).slice(from, to), [1, length])
  const width = position_embeddings.dims[2]!
  const total = attention_bias.dims[3]!
  const bias = new Float32Array(length * to)
  for (let row = 0; row < length; row++)
    bias.set((attention_bias.data as Float32Array).subarray((from + row) * total).subarray(0, to), row * to)
  return {
    input_ids: ids(input_ids),
    image_embeds,
    image_slots: ids(image_slots),
    position_embeddings: float32((position_embeddings.data as Float32Array).slice(from * width, to * width), [
      1,
      length,
      width,
    ]),
    attention_bias: float32(bias, [1, 1, length, to]),
    logits_to_keep: int64(BigInt64Array.of(keep), [1]),
  }
}
