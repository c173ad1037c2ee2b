// A prompt's beginning that is computed once and continued many times: the picture, for questions about it.
import type { Decoder, DecoderStep } from '../architecture/engine.ts'
import { expectInt64, int64, type Int64Tensor, type Tensor } from '../tensor.ts'
import type { GenerationDecoder } from './stepper.ts'

/** What is kept: a run on an empty cache, of one row. */
export type PrefixStep = Pick<
  DecoderStep,
  'input_ids' | 'position_ids' | 'image_embeds' | 'image_embeds_position_mask'
>

export interface KeptPrefix {
  /**
   * A decoder for one generation whose prompt begins with what is kept: its first step runs what is behind that, alone.
   * One at a time.
   * @throws {RangeError} at the first step, for several rows, or a prompt that begins otherwise or ends there
   */
  open(signal?: AbortSignal): Promise<GenerationDecoder>
  dispose(): Promise<void>
}

/**
 * What was generated before stays in the cache, hidden by the attention mask: an engine can only add to it. Beyond so many
 * positions the beginning is computed anew, as every step has to pass over them.
 */
const MOST_HIDDEN = 256

/**
 * Keeps a beginning.
 * @param openDecoder - opens a decoder with an empty cache
 */
export function keepPrefix(openDecoder: () => Promise<Decoder>, prefix: PrefixStep): KeptPrefix {
  const ids = expectInt64('input_ids', prefix.input_ids, [1, 'S'])
  const length = ids.dims[1]!
  let kept: { readonly decoder: Decoder; cached: number; rows: number } | undefined

  const drop = async (): Promise<void> => {
    const old = kept
    kept = undefined
    await old?.decoder.dispose()
  }
  const ready = async (signal: AbortSignal | undefined): Promise<NonNullable<typeof kept>> => {
    if (kept !== undefined && kept.cached - length <= MOST_HIDDEN) return kept
    await drop()
    const decoder = await openDecoder()
    kept = { decoder, cached: length, rows: 1 }
    await guarded(() =>
      decoder.step({
        ...prefix,
        attention_mask: int64(new BigInt64Array(length).fill(1n), [1, length]),
        logitsToKeep: 1,
        ...(signal && { signal }),
      }),
    )
    return kept
  }
  /** After a step that failed a decoder may be of no use any more. */
  const guarded = async <T>(run: () => Promise<T>): Promise<T> => {
    try {
      return await run()
    } catch (error) {
      await drop()
      throw error
    }
  }

  return {
    async open(signal) {
      const own = await ready(signal)
      const hidden = own.cached - length
      let isFirst = true
      return {
        async step(step) {
          const request = isFirst ? behind(step, ids) : step
          const continued = isFirst && own.rows !== 1 ? { beam_idx: [0] } : {}
          isFirst = false
          const logits = await guarded(() =>
            own.decoder.step({
              ...request,
              ...continued,
              attention_mask: withHidden(step.attention_mask, length, hidden),
            }),
          )
          const [rows, positions] = request.input_ids.dims as [number, number]
          own.cached += positions
          own.rows = rows
          return logits
        },
        dispose: () => Promise.resolve(),
      }
    },
    dispose: drop,
  }
}

/** What a prompt's step holds behind what is kept. */
function behind(step: DecoderStep, kept: Int64Tensor): DecoderStep {
  const all = expectInt64('input_ids', step.input_ids, ['B', 'S'])
  const [batch, sequence] = all.dims as [number, number]
  const length = kept.data.length
  if (batch !== 1 || sequence <= length || kept.data.some((id, i) => all.data[i] !== id))
    throw new RangeError(
      `Expected one prompt that begins with the ${length} tokens of the kept picture and goes on behind them, but ` +
        `received ${batch} of ${sequence} tokens; make it with the same processor and picture`,
    )
  const rest = (tensor: DecoderStep['input_ids']) =>
    int64((tensor.data as BigInt64Array).slice(length), [1, sequence - length])
  const { attention_mask, logitsToKeep, signal } = step
  const own = { input_ids: rest(step.input_ids), position_ids: rest(step.position_ids) }
  return { ...own, attention_mask, logitsToKeep, ...(signal && { signal }) }
}

/** The mask over the cache as it is: what was generated before lies behind the prefix, and is not seen. */
function withHidden(attention_mask: Tensor, length: number, hidden: number): Tensor {
  const { data, dims } = expectInt64('attention_mask', attention_mask, ['B', 'T'])
  const [batch, total] = dims as [number, number]
  const mask = new BigInt64Array(batch * (total + hidden))
  for (let row = 0; row < batch; row++) {
    const [from, to] = [row * total, row * (total + hidden)]
    mask.set(data.subarray(from, from + length), to)
    mask.set(data.subarray(from + length, from + total), to + length + hidden)
  }
  return int64(mask, [batch, total + hidden])
}
