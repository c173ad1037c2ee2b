// Drives a decoder: keeps what grows with every step (mask, length of the cache), so that a search says only which
// tokens come next and which rows they continue.
import { expectFloat32, int64 } from '../tensor.ts'
import type { Decoder, DecoderStep } from '../architecture/engine.ts'
import { createPositionIds } from './position-ids.ts'
import type { Prompt } from './prompt.ts'

/** Logits of the last position, one [vocab_size] a row. They are the caller's until the next step. */
export type LogitRows = readonly Float32Array[]

/** What generation uses of a decoder. */
export type GenerationDecoder = Pick<Decoder, 'step' | 'dispose'>

export interface Stepper {
  /** Runs the prompt: one row of logits a prompt. To be called once, first. */
  prefill(): Promise<LogitRows>
  /**
   * Runs one new token a row.
   * @param parents - which row of the step before each row continues; left out, row i continues row i
   */
  step(tokens: readonly number[], parents?: readonly number[]): Promise<LogitRows>
}

/**
 * @param paddingIdx - the text config's pad_token_id, for position ids
 * @param signal - looked at before and after each run of the decoder; when aborted, the promise rejects with its reason
 */
export function createStepper(
  decoder: GenerationDecoder,
  prompt: Prompt,
  paddingIdx: number,
  signal: AbortSignal | undefined,
): Stepper {
  let past = 0
  let masks: readonly BigInt64Array[] = prompt.rows.map((_, row) =>
    prompt.attention_mask.data.subarray(row * prompt.length, (row + 1) * prompt.length),
  )

  async function run(
    ids: BigInt64Array,
    length: number,
    extra: Pick<DecoderStep, 'image_embeds' | 'image_embeds_position_mask' | 'beam_idx'>,
  ): Promise<LogitRows> {
    signal?.throwIfAborted()
    const rows = masks.length
    const input_ids = int64(ids, [rows, length])
    const logits = await decoder.step({
      input_ids,
      attention_mask: int64(concatenate(masks), [rows, past + length]),
      position_ids: createPositionIds(input_ids, paddingIdx, past),
      logitsToKeep: 1,
      ...(signal && { signal }),
      ...extra,
    })
    signal?.throwIfAborted()
    past += length
    const { data, dims } = expectFloat32('the logits of the decoder', logits, [rows, 1, 'vocab_size'])
    const vocabulary = dims[2]!
    return masks.map((_, row) => data.subarray(row * vocabulary, (row + 1) * vocabulary))
  }

  return {
    prefill: () => run(prompt.input_ids.data, prompt.length, prompt.image),
    step(tokens, parents) {
      masks = tokens.map((_, row) => withOne(masks[parents?.[row] ?? row]!))
      return run(BigInt64Array.from(tokens, BigInt), 1, parents === undefined ? {} : { beam_idx: parents })
    },
  }
}

function withOne(mask: BigInt64Array): BigInt64Array {
  const longer = new BigInt64Array(mask.length + 1)
  longer.set(mask)
  longer[mask.length] = 1n
  return longer
}

function concatenate(rows: readonly BigInt64Array[]): BigInt64Array {
  const length = rows[0]!.length
  const all = new BigInt64Array(rows.length * length)
  rows.forEach((row, i) => {
    all.set(row, i * length)
  })
  return all
}
