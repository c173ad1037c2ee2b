// The engine of the compiled model: an IR folder's three parts in OpenVINO. The text part keeps its own cache of keys
// and values, one in each inference request, so a decoder is a request.
import pLimit from 'p-limit'
import type { Decoder, DecoderStep, Engine } from '../architecture/engine.ts'
import { textFeeds } from '../architecture/text-feeds.ts'
import type { Kosmos2Config } from '../checkpoint/config.ts'
import { invalidRange, OpenVINOError } from '../errors.ts'
import type { CompiledModel, NodeAddon } from '../openvino/types.ts'
import { expectFloat32, type Tensor } from '../tensor.ts'
import { promptPieces } from './prompt-pieces.ts'
import { type Feeds, type Running, type Shapes, startRequest } from './request.ts'

/** The compiled parts of a model. */
export interface CompiledParts {
  readonly vision: CompiledModel
  readonly projection: CompiledModel
  readonly text: CompiledModel
}

/**
 * Inferences that run at once. Each holds one of Node's four threads for files and names (UV_THREADPOOL_SIZE) until it is
 * done, so a server with many generations would have none left; and a device that is tuned for latency works on one after
 * the other anyway. The second is there so that the device does not wait for JavaScript between two.
 */
const AT_ONCE = 2

/** What the engine does differently for a model's performance. */
export interface EngineSettings {
  /** The score that hides a position, see attentionBias. */
  readonly blocked: number | undefined
  /** Whether a prompt may run in two pieces, see promptPieces. */
  readonly splitsPrompts: boolean
}

/** @param ov - the binding that compiled the parts */
export function compiledEngine(
  ov: NodeAddon,
  parts: CompiledParts,
  config: Kosmos2Config,
  settings: EngineSettings,
): Engine {
  const { num_channels, image_size, patch_size, hidden_size } = config.vision_config
  const { embed_dim, attention_heads } = config.text_config
  const { latent_query_num: queries } = config
  const limit = pLimit(AT_ONCE)
  const open = new Set<Running>()
  let disposed = false

  /** A new request on a part; it ends with the engine at the latest. */
  const start = (part: keyof CompiledParts): Running => {
    if (disposed) throw new Error('The model was disposed')
    const running = startRequest(ov, parts[part], limit, () => {
      open.delete(running)
    })
    open.add(running)
    return running
  }
  const once = async <Name extends string>(
    part: keyof CompiledParts,
    feeds: Feeds,
    outputs: Shapes<Name>,
    signal: AbortSignal | undefined,
  ) => {
    const running = start(part)
    try {
      return await running.infer(feeds, outputs, signal)
    } finally {
      await running.dispose()
    }
  }

  return {
    config,
    async vision(pixel_values, signal, traced) {
      if (traced !== undefined) throw noLayers()
      const pixels = expectFloat32('pixel_values', pixel_values, ['B', num_channels, image_size, image_size])
      const batch = pixels.dims[0]!
      const all = [batch, 1 + Math.floor(image_size / patch_size) ** 2, hidden_size]
      const outputs = { last_hidden_state: all, pooler_output: [batch, hidden_size], image_features: all }
      return await once('vision', { pixel_values: pixels }, outputs, signal)
    },
    async projection(image_features, signal) {
      const features = expectFloat32('image_features', image_features, ['B', 'positions', hidden_size])
      const [batch, positions] = features.dims as [number, number]
      const outputs = {
        image_embeds: [batch, queries, embed_dim],
        projection_attentions: [batch, attention_heads, queries, positions + queries],
      }
      return await once('projection', { image_features: features }, outputs, signal)
    },
    openDecoder: () => Promise.resolve(openDecoder(start('text'), config, settings)),
    async dispose() {
      disposed = true
      await Promise.all(Array.from(open, (running) => running.dispose()))
      for (const part of Object.values(parts) as CompiledModel[]) part.dispose?.()
    },
  }
}

function openDecoder(
  running: Running,
  config: Kosmos2Config,
  { blocked, splitsPrompts }: EngineSettings,
): Decoder {
  const { vocab_size, embed_dim } = config.text_config
  let past = 0
  let rows = 0 // of the cache
  const run = async (step: DecoderStep, name: 'logits' | 'last_hidden_state'): Promise<Tensor> => {
    const { signal, beam_idx, ...request } = step
    const feeds = textFeeds(request, config.text_config, past, blocked)
    const batch = feeds.input_ids.dims[0]!
    const continued = continuedRows(beam_idx, batch, past === 0 ? batch : rows)
    const isSplit = splitsPrompts && past === 0 && name === 'logits'
    let output: Tensor | undefined
    for (const piece of isSplit ? promptPieces(feeds) : [feeds]) {
      const inputs = { ...piece, beam_idx: { type: 'int32', dims: [batch], data: continued } }
      const sequence = piece.input_ids.dims[1]!
      const kept = Number((piece.logits_to_keep.data as BigInt64Array)[0])
      const outputs = { logits: [batch, kept, vocab_size], last_hidden_state: [batch, sequence, embed_dim] }
      output = (await running.infer(inputs, outputs, signal))[name]
      past += sequence
    }
    rows = batch
    return output!
  }
  return {
    step: (step) => run(step, 'logits'),
    hidden: (step) => run(step, 'last_hidden_state'),
    trace: () => Promise.reject(noLayers()),
    dispose: () => running.dispose(),
  }
}

function noLayers(): OpenVINOError {
  return new OpenVINOError(
    'NOT_AVAILABLE',
    'A compiled model gives no hidden states and attentions of its layers; the original one does (Kosmos2ForConditionalGeneration)',
  )
}

/** Which row of the cache each row continues. OpenVINO reads whatever memory an index leads to, so they are checked. */
function continuedRows(beam_idx: readonly number[] | undefined, batch: number, cached: number): Int32Array {
  if (beam_idx === undefined) {
    if (cached !== batch)
      throw invalidRange('input_ids', `${cached} rows, as the step before (or beam_idx)`, batch)
    return Int32Array.from({ length: batch }, (_, row) => row)
  }
  const bad = beam_idx.find((row) => !Number.isInteger(row) || row < 0 || row >= cached)
  if (beam_idx.length !== batch || bad !== undefined)
    throw invalidRange(
      'beam_idx',
      `${batch} integers from 0 to ${cached - 1}, rows of the step before`,
      beam_idx,
    )
  return Int32Array.from(beam_idx)
}
