// The engine of the original model: the checkpoint's own weights in ONNX Runtime, in a worker thread, so that the
// caller's event loop stays free. This file is the main thread's side of it.
import { Worker } from 'node:worker_threads'
import { BOX_REFINER_GRAPH, boxRefinerFeeds, boxRefinerGraph } from '../architecture/box-refiner.ts'
import type { DecoderStep, Engine } from '../architecture/engine.ts'
import {
  attentionNames,
  type Detail,
  type DetailedName,
  detailFor,
  layerOutputs,
  stateNames,
  type Traced,
} from '../architecture/layer-outputs.ts'
import { interpolatePositions } from '../architecture/position-interpolation.ts'
import { projectionFeeds } from '../architecture/projection-feeds.ts'
import { projectionGraph } from '../architecture/projection.ts'
import { textFeeds } from '../architecture/text-feeds.ts'
import { textGraph } from '../architecture/text.ts'
import { checkThreads } from '../architecture/threads.ts'
import { expectPixels } from '../architecture/vision-feeds.ts'
import { visionGraph } from '../architecture/vision.ts'
import type { Graph } from '../architecture/graph.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import type { Kosmos2Config } from '../checkpoint/config.ts'
import { POSITION_EMBEDDING, TOKEN_EMBEDDING } from '../checkpoint/expected-tensors.ts'
import { readTensor } from '../checkpoint/read-tensor.ts'
import { Tensor, type TensorLike } from '../tensor.ts'
import { emitOnnx, type OnnxPart } from './emitter.ts'
import {
  type PartName,
  type PlainTensors,
  plain,
  type Reply,
  type Request,
  type SessionName,
  type WorkerData,
} from './worker-protocol.ts'

export interface OnnxEngineOptions {
  /** Threads that a single operation may use; ONNX Runtime's own choice if left out. */
  readonly threads?: number | undefined
}

/**
 * Opens the original model. Its float32 weights stay in the mapped file; float16 and bfloat16 ones are widened into
 * memory once.
 * @throws {RangeError} for a number of threads that is none
 * @throws {Error} what ONNX Runtime says if it cannot open the model
 */
export async function openOnnxEngine(
  checkpoint: Checkpoint,
  options: OnnxEngineOptions = {},
): Promise<Engine> {
  const { config } = checkpoint
  const { threads } = options
  checkThreads(threads)
  const emit = (name: PartName | typeof BOX_REFINER_GRAPH, describe: (g: Graph) => void) =>
    emitOnnx(name, (tensor) => checkpoint.tensor(tensor), describe)
  const emitText = (detail?: Detail) =>
    emit('text', (g) => {
      textGraph(g, config.text_config, { tied: checkpoint.lmHead === TOKEN_EMBEDDING, detail })
    })
  const emitVision = (detail?: Detail) =>
    emit('vision', (g) => {
      visionGraph(g, config.vision_config, detail)
    })
  const [text, vision] = [emitText(), emitVision()]
  const projection = emit('projection', (g) => {
    projectionGraph(g, config)
  })
  // Now, for they may be needed when the checkpoint is closed.
  const positions = await readTensor(checkpoint, POSITION_EMBEDDING)
  const worker = startWorker({
    parts: { vision, projection, text },
    threads,
    ended: new Int32Array(new SharedArrayBuffer(4)),
  })
  try {
    await worker.ask({ kind: 'open' })
  } catch (error) {
    await worker.stop()
    throw error
  }

  // What is opened when it is first needed, so that nobody else pays for it.
  const opening = new Map<SessionName, Promise<unknown>>()
  const openMore = async <Name extends SessionName>(name: Name, emitPart: () => OnnxPart): Promise<Name> => {
    if (!opening.has(name)) opening.set(name, worker.ask({ kind: 'openMore', name, part: emitPart() }))
    await opening.get(name)
    return name
  }
  const openDetailed = (part: 'vision' | 'text', traced: Traced | undefined): Promise<DetailedName> => {
    const detail = detailFor(traced)
    return openMore(`${part}-${detail}`, () => (part === 'vision' ? emitVision : emitText)(detail))
  }

  let decoders = 0
  return {
    config,
    async vision(pixel_values, { traced, interpolate } = {}) {
      const {
        pixel_values: pixels,
        isUsual,
        ...grid
      } = expectPixels(pixel_values, config.vision_config, interpolate)
      const names = ['last_hidden_state', 'pooler_output', 'image_features'] as const
      if (traced === undefined && isUsual) return await worker.run('vision', { pixel_values: pixels }, names)
      const session = await openDetailed('vision', traced)
      const feeds = { pixel_values: pixels, position_embedding: interpolatePositions(positions, grid) }
      const layers = config.vision_config.num_hidden_layers
      const wanted = [...names, ...(traced === undefined ? [] : layerNames(traced, layers))]
      const outputs = await worker.run(session, feeds, wanted as (typeof names)[number][])
      const { last_hidden_state, pooler_output, image_features } = outputs
      return {
        last_hidden_state,
        pooler_output,
        image_features,
        ...(traced !== undefined && layerOutputs(outputs, traced, layers)),
      }
    },
    async projection(image_features) {
      return await worker.run('projection', projectionFeeds(image_features, config), [
        'image_embeds',
        'projection_attentions',
      ] as const)
    },
    refineBoxes: checkpoint.refinesBoxes
      ? async (windows) => {
          const session = await openMore(BOX_REFINER_GRAPH, () => emit(BOX_REFINER_GRAPH, boxRefinerGraph))
          return await worker.run(session, boxRefinerFeeds(windows), ['columns', 'rows'] as const)
        }
      : undefined,
    openDecoder() {
      const decoder = startDecoder(worker, config, decoders++)
      return Promise.resolve({
        step: async (step) => (await decoder.run(step, ['logits'])).logits,
        hidden: async (step) => (await decoder.run(step, ['last_hidden_state'])).last_hidden_state,
        dispose: () => decoder.dispose(),
      })
    },
    async trace(step, traced) {
      const session = await openDetailed('text', traced)
      const decoder = startDecoder(worker, config, decoders++)
      const { layers } = config.text_config
      const names = ['logits', 'last_hidden_state'] as const
      try {
        const wanted = [...names, ...layerNames(traced, layers)] as (typeof names)[number][]
        const outputs = await decoder.run(step, wanted, session)
        const { logits, last_hidden_state } = outputs
        return { logits, last_hidden_state, ...layerOutputs(outputs, traced, layers) }
      } finally {
        await decoder.dispose()
      }
    },
    dispose: () => worker.stop(),
  }
}

/** The outputs of each layer that are wanted. */
function layerNames({ hiddenStates, attentions }: Traced, layers: number): string[] {
  return [...(hiddenStates ? stateNames(layers) : []), ...(attentions ? attentionNames(layers) : [])]
}

/** @param number - its own, by which the worker keeps its cache */
function startDecoder(worker: OnnxWorker, config: Kosmos2Config, number: number) {
  let past = 0
  return {
    async run<Name extends string>(
      step: DecoderStep,
      fetches: readonly Name[],
      session: SessionName = 'text',
    ): Promise<Record<Name, Tensor>> {
      const feeds = textFeeds(step, config.text_config, past)
      const { beam_idx } = step
      const reply = await worker.ask({
        kind: 'step',
        session,
        decoder: number,
        feeds: plainAll({ ...feeds }),
        fetches,
        beam_idx,
      })
      past += step.input_ids.dims[1]!
      return named(reply, fetches)
    },
    async dispose() {
      await worker.ask({ kind: 'closeDecoder', decoder: number })
    },
  }
}

interface OnnxWorker {
  ask(request: Request): Promise<PlainTensors>
  run<Name extends string>(
    session: SessionName,
    feeds: Readonly<Record<string, TensorLike>>,
    fetches: readonly Name[],
  ): Promise<Record<Name, Tensor>>
  stop(): Promise<void>
}

function startWorker(data: WorkerData): OnnxWorker {
  // ONNX Runtime reports its use to its maker, and writes an id into the home folder, unless it is told not to. It reads
  // the process's own environment, which a worker cannot change.
  process.env['ORT_DISABLE_TELEMETRY'] ??= '1'
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js' // as source under test, built in the package
  const worker = new Worker(new URL(`./worker.${extension}`, import.meta.url), {
    workerData: data,
    name: 'kosmos2-onnx',
    execArgv: [], // a process started with code on its command line has options that a worker refuses
  })
  const waiting = new Map<
    number,
    { resolve: (tensors: PlainTensors) => void; reject: (error: Error) => void }
  >()
  let next = 0
  let ended: Error | undefined

  // An idle worker must not keep the process alive; one that is working must.
  worker.unref()
  const settle = (id: number) => {
    const pending = waiting.get(id)
    waiting.delete(id)
    if (waiting.size === 0 && ended === undefined) worker.unref()
    return pending
  }
  worker.on('message', (reply: Reply) => {
    const pending = settle(reply.id)
    if (ended !== undefined) pending?.reject(ended)
    else if ('error' in reply) pending?.reject(new Error(`ONNX Runtime: ${reply.error.message}`))
    else pending?.resolve(reply.tensors)
  })
  const end = (error: Error) => {
    ended ??= error
    for (const id of [...waiting.keys()]) settle(id)?.reject(ended)
  }
  worker.on('error', (error) => {
    end(error instanceof Error ? error : new Error(String(error)))
  })
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', (code) => {
      end(new Error(`The original model's worker ended with code ${code}`))
      resolve()
    })
  })

  const ask = (request: Request) =>
    new Promise<PlainTensors>((resolve, reject) => {
      if (ended !== undefined) {
        reject(ended)
        return
      }
      worker.ref()
      const id = next++
      waiting.set(id, { resolve, reject })
      worker.postMessage({ id, request })
    })

  return {
    ask,
    async run(session, feeds, fetches) {
      return named(await ask({ kind: 'run', session, feeds: plainAll(feeds), fetches }), fetches)
    },
    async stop() {
      ended ??= new Error('The model was disposed')
      // The thread ends itself, after what runs: to be terminated in a call of ONNX Runtime would end the whole process.
      Atomics.store(data.ended, 0, 1)
      worker.ref()
      worker.postMessage({ id: next++, request: { kind: 'end' } })
      await exited
    },
  }
}

const plainAll = (feeds: Readonly<Record<string, TensorLike>>): PlainTensors =>
  Object.fromEntries(Object.entries(feeds).map(([name, t]) => [name, plain(t)]))

function named<Name extends string>(reply: PlainTensors, names: readonly Name[]): Record<Name, Tensor> {
  return Object.fromEntries(names.map((name) => [name, tensor(reply, name)])) as Record<Name, Tensor>
}

function tensor(reply: PlainTensors, name: string): Tensor {
  const result = reply[name]
  if (result === undefined) throw new Error(`the worker sent no ${name}`)
  return new Tensor(result.type, result.data, result.dims)
}
