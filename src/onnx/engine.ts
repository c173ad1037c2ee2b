// The engine of the original model: the checkpoint's own weights in ONNX Runtime, in a worker thread, so that the
// caller's event loop stays free. This file is the main thread's side of it.
import { Worker } from 'node:worker_threads'
import type { Decoder, DecoderStep, Engine, LayerOutputs, Traced } from '../architecture/engine.ts'
import { projectionGraph } from '../architecture/projection.ts'
import { textFeeds } from '../architecture/text-feeds.ts'
import { textGraph } from '../architecture/text.ts'
import { visionGraph } from '../architecture/vision.ts'
import type { Graph } from '../architecture/graph.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import type { Kosmos2Config } from '../checkpoint/config.ts'
import { TOKEN_EMBEDDING } from '../checkpoint/expected-tensors.ts'
import { invalidRange } from '../errors.ts'
import { expectFloat32, Tensor } from '../tensor.ts'
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
  if (threads !== undefined && (!Number.isInteger(threads) || threads < 1))
    throw invalidRange('threads', 'integer from 1', threads)
  const emit = (name: PartName, describe: (g: Graph) => void) =>
    emitOnnx(name, (tensor) => checkpoint.tensor(tensor), describe)
  const emitText = (traced: boolean) =>
    emit('text', (g) => {
      textGraph(g, config.text_config, { tied: checkpoint.lmHead === TOKEN_EMBEDDING, traced })
    })
  const emitVision = (traced: boolean) =>
    emit('vision', (g) => {
      visionGraph(g, config.vision_config, { traced })
    })
  const [text, vision] = [emitText(false), emitVision(false)]
  const projection = emit('projection', (g) => {
    projectionGraph(g, config)
  })
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

  // With outputs for each layer: of their own, and only when they are asked for, so that nobody else pays for them.
  const opening = new Map<SessionName, Promise<unknown>>()
  const openTraced = async (name: SessionName, make: () => OnnxPart): Promise<void> => {
    if (!opening.has(name)) opening.set(name, worker.ask({ kind: 'openMore', name, part: make() }))
    await opening.get(name)
  }
  const openTracedText = () => openTraced('text, traced', () => emitText(true))

  const { num_channels, image_size, hidden_size, num_hidden_layers } = config.vision_config
  let decoders = 0
  return {
    config,
    async vision(pixel_values, _, traced) {
      expectFloat32('pixel_values', pixel_values, ['B', num_channels, image_size, image_size])
      const names = ['last_hidden_state', 'pooler_output', 'image_features'] as const
      if (traced === undefined) return await worker.run('vision', { pixel_values }, names)
      await openTraced('vision, traced', () => emitVision(true))
      const layers = layerNames(traced, num_hidden_layers)
      const wanted = [...names, ...layers.all] as (typeof names)[number][]
      const outputs = await worker.run('vision, traced', { pixel_values }, wanted)
      const { last_hidden_state, pooler_output, image_features } = outputs
      return { last_hidden_state, pooler_output, image_features, ...layers.pick(outputs) }
    },
    async projection(image_features) {
      expectFloat32('image_features', image_features, ['B', 'positions', hidden_size])
      return await worker.run('projection', { image_features }, [
        'image_embeds',
        'projection_attentions',
      ] as const)
    },
    openDecoder: () => Promise.resolve(openDecoder(worker, config, decoders++, openTracedText)),
    dispose: () => worker.stop(),
  }
}

function openDecoder(
  worker: OnnxWorker,
  config: Kosmos2Config,
  decoder: number,
  openTraced: () => Promise<void>,
): Decoder {
  let past = 0
  const step = async <Name extends string>(
    request: DecoderStep,
    fetches: readonly Name[],
    session: SessionName = 'text',
  ): Promise<Record<Name, Tensor>> => {
    const feeds = textFeeds(request, config.text_config, past)
    const { beam_idx } = request
    const reply = await worker.ask({
      kind: 'step',
      session,
      decoder,
      feeds: plainAll({ ...feeds }),
      fetches,
      beam_idx,
    })
    past += request.input_ids.dims[1]!
    return named(reply, fetches)
  }
  return {
    step: async (request) => (await step(request, ['logits'])).logits,
    hidden: async (request) => (await step(request, ['last_hidden_state'])).last_hidden_state,
    async trace(request, traced) {
      await openTraced()
      const layers = layerNames(traced, config.text_config.layers)
      const fetches = ['logits', 'last_hidden_state', ...layers.all] as const
      const outputs = await step(request, fetches, 'text, traced')
      return {
        logits: outputs['logits']!,
        last_hidden_state: outputs['last_hidden_state']!,
        ...layers.pick(outputs),
      }
    },
    async dispose() {
      await worker.ask({ kind: 'closeDecoder', decoder })
    },
  }
}

interface OnnxWorker {
  ask(request: Request): Promise<PlainTensors>
  run<Name extends string>(
    session: SessionName,
    feeds: Record<string, Tensor>,
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

const plainAll = (feeds: Record<string, Tensor>): PlainTensors =>
  Object.fromEntries(Object.entries(feeds).map(([name, t]) => [name, plain(t)]))

/** The outputs of each layer that are wanted, and how they are put together. */
function layerNames({ hiddenStates, attentions }: Traced, layers: number) {
  const numbered = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}.${i}`)
  const states = hiddenStates ? numbered('hidden_states', layers + 1) : []
  const looks = attentions ? numbered('attentions', layers) : []
  return {
    all: [...states, ...looks],
    pick: (outputs: Readonly<Record<string, Tensor>>): LayerOutputs => ({
      ...(hiddenStates && { hidden_states: states.map((name) => outputs[name]!) }),
      ...(attentions && { attentions: looks.map((name) => outputs[name]!) }),
    }),
  }
}

function named<Name extends string>(reply: PlainTensors, names: readonly Name[]): Record<Name, Tensor> {
  return Object.fromEntries(names.map((name) => [name, tensor(reply, name)])) as Record<Name, Tensor>
}

function tensor(reply: PlainTensors, name: string): Tensor {
  const result = reply[name]
  if (result === undefined) throw new Error(`the worker sent no ${name}`)
  return new Tensor(result.type, result.data, result.dims)
}
