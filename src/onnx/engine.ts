// The engine of the original model: the checkpoint's own weights in ONNX Runtime, in a worker thread, so that the
// caller's event loop stays free. This file is the main thread's side of it.
import { Worker } from 'node:worker_threads'
import type { Decoder, DecoderStep, Engine } from '../architecture/engine.ts'
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
import { emitOnnx } from './emitter.ts'
import {
  type PartName,
  type PlainTensors,
  plain,
  type Reply,
  type Request,
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
  const text = emit('text', (g) => {
    textGraph(g, config.text_config, { tied: checkpoint.lmHead === TOKEN_EMBEDDING })
  })
  const vision = emit('vision', (g) => {
    visionGraph(g, config.vision_config)
  })
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

  const { num_channels, image_size, hidden_size } = config.vision_config
  let decoders = 0
  return {
    config,
    async vision(pixel_values) {
      expectFloat32('pixel_values', pixel_values, ['B', num_channels, image_size, image_size])
      const names = ['last_hidden_state', 'pooler_output', 'image_features'] as const
      return await worker.run('vision', { pixel_values }, names)
    },
    async projection(image_features) {
      expectFloat32('image_features', image_features, ['B', 'positions', hidden_size])
      return await worker.run('projection', { image_features }, [
        'image_embeds',
        'projection_attentions',
      ] as const)
    },
    openDecoder: () => Promise.resolve(openDecoder(worker, config, decoders++)),
    dispose: () => worker.stop(),
  }
}

function openDecoder(worker: OnnxWorker, config: Kosmos2Config, decoder: number): Decoder {
  let past = 0
  const step = async (request: DecoderStep, name: 'logits' | 'last_hidden_state'): Promise<Tensor> => {
    const feeds = textFeeds(request, config.text_config, past)
    const reply = await worker.ask({
      kind: 'step',
      decoder,
      feeds: plainAll({ ...feeds }),
      fetches: [name],
      beam_idx: request.beam_idx,
    })
    past += request.input_ids.dims[1]!
    return tensor(reply, name)
  }
  return {
    step: (request) => step(request, 'logits'),
    hidden: (request) => step(request, 'last_hidden_state'),
    async dispose() {
      await worker.ask({ kind: 'closeDecoder', decoder })
    },
  }
}

interface OnnxWorker {
  ask(request: Request): Promise<PlainTensors>
  run<Name extends string>(
    part: 'vision' | 'projection',
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
    async run(part, feeds, fetches) {
      const reply = await ask({ kind: 'run', part, feeds: plainAll(feeds), fetches })
      return Object.fromEntries(fetches.map((name) => [name, tensor(reply, name)])) as Record<
        (typeof fetches)[number],
        Tensor
      >
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

function tensor(reply: PlainTensors, name: string): Tensor {
  const result = reply[name]
  if (result === undefined) throw new Error(`the worker sent no ${name}`)
  return new Tensor(result.type, result.data, result.dims)
}
