// The worker thread of the original model: ONNX Runtime's sessions and every decoder's cache live here, because its
// calls block the thread they are made on. Nothing but messages reaches this file.
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { parentPort, workerData } from 'node:worker_threads'
import type { OnnxPart } from './emitter.ts'
import { reorderRows } from './reorder-rows.ts'
import {
  type Message,
  type PartName,
  type PlainTensors,
  plain,
  type Reply,
  type Request,
  type SessionName,
  type WorkerData,
} from './worker-protocol.ts'

const { parts, threads, ended } = workerData as WorkerData
const { cache } = parts.text
const sessions = new Map<SessionName, InferenceSession>()
/** Of each decoder that has begun: its cached keys and values, in the order of `cache`. */
const decoders = new Map<number, Tensor[]>()

async function open(): Promise<void> {
  for (const name of Object.keys(parts) as PartName[]) await openSession(name, parts[name])
}

async function openSession(name: SessionName, { bytes, weightsFolder }: OnnxPart): Promise<void> {
  sessions.set(
    name,
    await InferenceSession.create(bytes, {
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
      // Sizes change with every step: a remembered memory pattern would never fit again.
      enableMemPattern: false,
      extra: {
        'session.model_external_initializers_file_folder_path': weightsFolder,
        // Prepacking would copy every weight out of the mapped file.
        'session.disable_prepacking': '1',
      },
    }),
  )
}

async function run(
  name: SessionName,
  feeds: Record<string, Tensor>,
  fetches: readonly string[],
): Promise<Record<string, Tensor>> {
  const session = sessions.get(name)
  if (session === undefined) throw new Error(`the session ${name} is not open`)
  return await session.run(feeds, [...fetches])
}

async function step(request: Extract<Request, { kind: 'step' }>): Promise<PlainTensors> {
  const feeds = tensors(request.feeds)
  const batch = feeds['input_ids']!.dims[0]!
  const kept = decoders.get(request.decoder)
  cache.forEach((entry, i) => {
    const past =
      kept?.[i] ?? new Tensor('float32', new Float32Array(0), [batch, entry.heads, 0, entry.headWidth])
    feeds[entry.past] = request.beam_idx === undefined ? past : reorderRows(past, request.beam_idx)
  })
  const results = await run(request.session, feeds, [
    ...request.fetches,
    ...cache.map((entry) => entry.present),
  ])
  decoders.set(
    request.decoder,
    cache.map((entry) => results[entry.present]!),
  )
  return pick(results, request.fetches)
}

async function answer(request: Request): Promise<PlainTensors> {
  switch (request.kind) {
    case 'open':
      await open()
      return {}
    case 'openMore':
      await openSession(request.name, request.part)
      return {}
    case 'run':
      return pick(await run(request.session, tensors(request.feeds), request.fetches), request.fetches)
    case 'step':
      return await step(request)
    case 'closeDecoder':
      decoders.delete(request.decoder)
      return {}
    case 'end':
      process.exit() // of a worker: its thread alone
  }
}

const tensors = (plainTensors: PlainTensors): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(plainTensors).map(([name, t]) => [name, new Tensor(t.type, t.data, t.dims)]),
  )

const pick = (results: Record<string, Tensor>, names: readonly string[]): PlainTensors =>
  Object.fromEntries(names.map((name) => [name, plain(results[name]!)]))

// One request after the other: the sessions share the threads, and a decoder's steps depend on their order.
let queue = Promise.resolve()
parentPort?.on('message', ({ id, request }: Message) => {
  queue = queue.then(async () => {
    if (request.kind !== 'end' && Atomics.load(ended, 0) !== 0) return
    try {
      const results = await answer(request)
      // Copied, not moved: the runtime owns the memory of its results.
      const reply: Reply = { id, tensors: results }
      parentPort?.postMessage(reply)
    } catch (error) {
      const reply: Reply = { id, error: { message: error instanceof Error ? error.message : String(error) } }
      parentPort?.postMessage(reply)
    }
  })
})
