// The engine of the compiled model: an IR folder's three parts in OpenVINO. The text part keeps its own cache of keys
// and values, one in each inference request, so a decoder is a request.
import pLimit, { type LimitFunction } from 'p-limit'
import type { Decoder, DecoderStep, Engine } from '../architecture/engine.ts'
import { textFeeds } from '../architecture/text-feeds.ts'
import type { Kosmos2Config } from '../checkpoint/config.ts'
import { invalidRange } from '../errors.ts'
import type { CompiledModel, InferRequest, NodeAddon, Tensor as NativeTensor } from '../openvino/types.ts'
import { expectFloat32, float32, type Tensor, type TensorLike } from '../tensor.ts'
import { promptPieces } from './prompt-pieces.ts'

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
  const { num_channels, image_size, hidden_size } = config.vision_config
  const limit = pLimit(AT_ONCE)
  const open = new Set<Running>()
  let disposed = false

  /** A new request on a part; it ends with the engine at the latest. */
  const start = (part: keyof CompiledParts): Running => {
    if (disposed) throw new Error('The model was disposed')
    const running = request(ov, parts[part], limit, () => {
      open.delete(running)
    })
    open.add(running)
    return running
  }
  const once = async <Name extends string>(
    part: keyof CompiledParts,
    feeds: Feeds,
    outputs: readonly Name[],
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
    async vision(pixel_values, signal) {
      const pixels = expectFloat32('pixel_values', pixel_values, ['B', num_channels, image_size, image_size])
      const outputs = ['last_hidden_state', 'pooler_output', 'image_features'] as const
      return await once('vision', { pixel_values: pixels }, outputs, signal)
    },
    async projection(image_features, signal) {
      const features = expectFloat32('image_features', image_features, ['B', 'positions', hidden_size])
      const outputs = ['image_embeds', 'projection_attentions'] as const
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
      output = (await running.infer(inputs, [name], signal))[name]
      past += piece.input_ids.dims[1]!
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

type Feeds = Readonly<Record<string, TensorLike>>
/** An inference request and the state inside it. */
interface Running {
  /** @returns the outputs asked for, float32, in memory that the next run of this request may write to */
  infer<Name extends string>(
    feeds: Feeds,
    outputs: readonly Name[],
    signal: AbortSignal | undefined,
  ): Promise<Record<Name, Tensor>>
  /** Ends what runs, and frees the request and its state. May be called twice. */
  dispose(): Promise<void>
}

function request(ov: NodeAddon, model: CompiledModel, limit: LimitFunction, onDispose: () => void): Running {
  const infer: InferRequest = model.createInferRequest()
  const memory = new Map<string, Float32Array>() // of each output: what the last run's was copied into
  let current: Promise<unknown> = Promise.resolve()
  let disposed = false
  const expectOpen = (cause?: unknown) => {
    if (disposed) throw new Error('The model was disposed', { cause })
  }
  return {
    async infer<Name extends string>(feeds: Feeds, names: readonly Name[], signal: AbortSignal | undefined) {
      expectOpen()
      signal?.throwIfAborted()
      const cancel = () => infer.cancel?.()
      signal?.addEventListener('abort', cancel, { once: true })
      const inputs = Object.fromEntries(
        Object.entries(feeds).map(([name, tensor]) => [name, nativeTensor(ov, tensor)]),
      )
      const running = limit(async () => {
        expectOpen()
        signal?.throwIfAborted()
        // Without copies of the outputs where the binding can.
        await (infer.runAsync === undefined ? infer.inferAsync(inputs) : infer.runAsync(inputs))
      })
      current = running.catch(() => undefined)
      try {
        await running
        signal?.throwIfAborted()
        expectOpen()
        return Object.fromEntries(
          names.map((name) => {
            const output = readOutput(name, infer.getTensor(name), memory.get(name))
            memory.set(name, output.data as Float32Array)
            return [name, output]
          }),
        ) as Record<Name, Tensor>
      } catch (error) {
        signal?.throwIfAborted()
        expectOpen(error)
        throw error
      } finally {
        signal?.removeEventListener('abort', cancel)
        for (const input of Object.values(inputs)) input.dispose?.()
      }
    },
    async dispose() {
      if (disposed) return
      disposed = true
      infer.cancel?.()
      await current
      infer.dispose?.()
      onDispose()
    },
  }
}

const ELEMENT_TYPES = { float32: 'f32', int64: 'i64', int32: 'i32' } as const

/** The tensor on its own memory, without a copy. */
function nativeTensor(ov: NodeAddon, { type, dims, data }: TensorLike): NativeTensor {
  const element = ELEMENT_TYPES[type as keyof typeof ELEMENT_TYPES]
  return new ov.Tensor(element, [...dims], data as Float32Array | BigInt64Array | Int32Array)
}

/** A copy of an output, as the next run writes to the same place. @param memory - where it goes if it has that size */
function readOutput(name: string, output: NativeTensor, memory: Float32Array | undefined): Tensor {
  const dims = output.getShape()
  const size = dims.reduce((a, b) => a * b, 1)
  const target = memory?.length === size ? memory : new Float32Array(size)
  const data = output.copyInto?.(target) ?? output.data
  output.dispose?.()
  if (!(data instanceof Float32Array)) throw new TypeError(`Expected ${name} in float32 from OpenVINO`)
  return float32(data, dims)
}
