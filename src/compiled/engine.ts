// The engine of the compiled model: an IR folder's three parts in OpenVINO. The text part keeps its own cache of keys
// and values, one in each inference request, so a decoder is a request.
import pLimit from 'p-limit'
import { BOX_REFINER_GRAPH, boxRefinerFeeds } from '../architecture/box-refiner.ts'
import type { Decoder, DecoderStep, Engine } from '../architecture/engine.ts'
import {
  attentionNames,
  type Detail,
  detailFor,
  layerOutputs,
  stateNames,
} from '../architecture/layer-outputs.ts'
import { interpolatePositions } from '../architecture/position-interpolation.ts'
import { projectionFeeds } from '../architecture/projection-feeds.ts'
import { textFeeds } from '../architecture/text-feeds.ts'
import { expectPixels } from '../architecture/vision-feeds.ts'
import type { Kosmos2Config } from '../checkpoint/config.ts'
import { invalidRange } from '../errors.ts'
import type { CompiledModel, NodeAddon } from '../openvino/types.ts'
import { float32, type Tensor } from '../tensor.ts'
import type { DetailedModels } from './detailed-models.ts'
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

/**
 * @param ov - the binding that compiled the parts
 * @param detailed - what is compiled when it is first needed; disposed of with the engine
 */
export function compiledEngine(
  ov: NodeAddon,
  parts: CompiledParts,
  detailed: DetailedModels,
  config: Kosmos2Config,
  settings: EngineSettings,
): Engine {
  const { hidden_size, num_attention_heads, num_hidden_layers } = config.vision_config
  const { embed_dim, attention_heads, layers, vocab_size } = config.text_config
  const { latent_query_num: queries } = config
  const limit = pLimit(AT_ONCE)
  const open = new Set<Running>()
  let refiner: Running | undefined
  const oneRefinement = pLimit(1)
  let disposed = false

  const expectOpen = () => {
    if (disposed) throw new Error('The model was disposed')
  }
  /** A new request; it ends with the engine at the latest. */
  const start = (model: CompiledModel): Running => {
    expectOpen()
    const running = startRequest(ov, model, limit, () => {
      open.delete(running)
    })
    open.add(running)
    return running
  }
  const once = async <Name extends string>(
    model: CompiledModel,
    feeds: Feeds,
    outputs: Shapes<Name>,
    signal: AbortSignal | undefined,
  ) => {
    const running = start(model)
    try {
      return await running.infer(feeds, outputs, signal)
    } finally {
      await running.dispose()
    }
  }

  return {
    config,
    async vision(pixel_values, { signal, traced, interpolate } = {}) {
      const {
        pixel_values: pixels,
        isUsual,
        ...grid
      } = expectPixels(pixel_values, config.vision_config, interpolate)
      const batch = pixels.dims[0]!
      const positions = 1 + grid.rows * grid.columns
      const all = [batch, positions, hidden_size]
      const outputs = { last_hidden_state: all, pooler_output: [batch, hidden_size], image_features: all }
      if (traced === undefined && isUsual)
        return await once(parts.vision, { pixel_values: pixels }, outputs, signal)
      expectOpen()
      const detail = detailFor(traced)
      const model = await detailed.open(`vision-${detail}`)
      const position_embedding = interpolatePositions(await detailed.positions(), grid)
      const weights = [batch, num_attention_heads, positions, positions]
      const results = await once(
        model,
        { pixel_values: pixels, position_embedding },
        { ...outputs, ...layerShapes(detail, num_hidden_layers, all, weights) },
        signal,
      )
      const { last_hidden_state, pooler_output, image_features } = results
      return {
        last_hidden_state,
        pooler_output,
        image_features,
        ...(traced !== undefined && layerOutputs(results, traced, num_hidden_layers)),
      }
    },
    async projection(image_features, signal) {
      const feeds = projectionFeeds(image_features, config)
      const [batch, positions] = feeds.image_features.dims as [number, number]
      const outputs = {
        image_embeds: [batch, queries, embed_dim],
        projection_attentions: [batch, attention_heads, queries, positions + queries],
      }
      return await once(parts.projection, { ...feeds }, outputs, signal)
    },
    refineBoxes: detailed.refinesBoxes
      ? async (windows, signal) => {
          const feeds = boxRefinerFeeds(windows)
          const [boxes, , side] = feeds.windows.dims as [number, number, number]
          const outputs = { columns: [boxes, 4, 1, side / 2], rows: [boxes, 4, side / 2, 1] }
          // A request of its own would take a tenth of the time that this may take.
          return await oneRefinement(async () => {
            expectOpen()
            const model = await detailed.open(BOX_REFINER_GRAPH)
            const { columns, rows } = await (refiner ??= start(model)).infer(feeds, outputs, signal)
            return { columns: copy(columns), rows: copy(rows) }
          })
        }
      : undefined,
    openDecoder: () => Promise.resolve(openDecoder(start(parts.text), config, settings)),
    async trace({ signal, ...step }, traced) {
      const feeds = textFeeds(step, config.text_config, 0, settings.blocked)
      expectOpen()
      const detail = detailFor(traced)
      const model = await detailed.open(`text-${detail}`)
      const [batch, sequence] = feeds.input_ids.dims as [number, number]
      const all = [batch, sequence, embed_dim]
      const weights = [batch, attention_heads, sequence, sequence]
      const results = await once(
        model,
        {
          ...feeds,
          beam_idx: { type: 'int32', dims: [batch], data: continuedRows(undefined, batch, batch) },
        },
        {
          logits: [batch, step.logitsToKeep, vocab_size],
          last_hidden_state: all,
          ...layerShapes(detail, layers, all, weights),
        },
        signal,
      )
      const { logits, last_hidden_state } = results
      return { logits, last_hidden_state, ...layerOutputs(results, traced, layers) }
    },
    async dispose() {
      disposed = true
      await Promise.all(Array.from(open, (running) => running.dispose()))
      await detailed.dispose()
      for (const part of Object.values(parts) as CompiledModel[]) part.dispose?.()
    },
  }
}

/** In memory of its own. */
const copy = ({ data, dims }: Tensor): Tensor => float32((data as Float32Array).slice(), dims)

/** Of a graph's outputs for each layer: hidden states `state`, attentions `weights`. */
function layerShapes(
  detail: Detail,
  layers: number,
  state: readonly number[],
  weights: readonly number[],
): Shapes<string> {
  const names = detail === 'attentions' ? attentionNames(layers) : []
  return Object.fromEntries([
    ...stateNames(layers).map((name) => [name, state] as const),
    ...names.map((name) => [name, weights] as const),
  ])
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
    dispose: () => running.dispose(),
  }
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
