// The text model in the shape of OpenVINO's published KOSMOS-2 notebook, with the same weights, to measure beside ours:
// the cache of keys and values is no state but 48 inputs and 48 outputs, copied out into arrays after each token and
// in again; attention is written out, as tracing PyTorch's code gives it; and the output matrix is not in the graph but
// multiplied outside in float32, as the notebook does with PyTorch.
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Decoder, DecoderStep, Engine } from '../../src/architecture/engine.ts'
import { type Graph, weightScope } from '../../src/architecture/graph.ts'
import { textFeeds } from '../../src/architecture/text-feeds.ts'
import { textGraph } from '../../src/architecture/text.ts'
import { type Checkpoint, openCheckpoint } from '../../src/checkpoint/checkpoint.ts'
import type { Kosmos2TextConfig } from '../../src/checkpoint/config.ts'
import { TOKEN_EMBEDDING } from '../../src/checkpoint/expected-tensors.ts'
import { openCompiled } from '../../src/compiled/open-compiled.ts'
import type { BinPlan } from '../../src/ir/bin-plan.ts'
import { emitIr, type IrPart } from '../../src/ir/emitter.ts'
import { openIr } from '../../src/ir/open-ir.ts'
import { partGraphs } from '../../src/ir/parts.ts'
import { openVINO } from '../../src/openvino/openvino.ts'
import type { CompiledModel, InferRequest, NodeAddon } from '../../src/openvino/types.ts'
import { expectFloat32, float32, type TensorLike } from '../../src/tensor.ts'

const BLOCK_BYTES = 16 * 1024 * 1024

/** Matrices of 32 bits, as PyTorch has the notebook's output matrix. */
const FLOAT32 = { precision: 'fp32', groupSize: 128, scheme: 'symmetric', headPrecision: 'fp32' } as const

/**
 * Writes `text.xml/.bin` and `head.xml/.bin`. The weights of the text part are copied from the conversion, so that both
 * shapes read the same bytes.
 * @param checkpoint - the folder of the checkpoint
 * @param conversion - the folder of its conversion
 * @param folder - where they go; it has to exist
 */
export async function writePublishedShape(
  checkpointFolder: string,
  conversion: string,
  folder: string,
): Promise<void> {
  const { stamp, config, parts } = await openIr(conversion)
  const checkpoint = await openCheckpoint(checkpointFolder)
  try {
    const find = (name: string) => checkpoint.tensor(name)
    const { settings } = stamp.parts.text
    const ours = emitIr(find, settings, partGraphs('text', checkpoint))
    const text = emitIr(find, settings, {
      text(g) {
        textGraph(publishedGraph(g, headScope(checkpoint).path), config.text_config, {
          tied: isTied(checkpoint),
        })
      },
    })
    await writeFile(folder, 'text', text, async function* () {
      yield* fileBlocks(parts.text.bin, firstTensor(ours.bin))
    })
    const head = emitIr(find, FLOAT32, {
      head(g) {
        const hidden = g.input('hidden', 'float32', ['batch', 1, config.text_config.embed_dim])
        g.output('logits', g.linear(hidden, headScope(checkpoint), { bias: false }))
      },
    })
    await writeFile(folder, 'head', head, () =>
      checkpoint.weights.chunks(head.bin.tensors[0]!.entry, BLOCK_BYTES),
    )
  } finally {
    await checkpoint.close()
  }
}

const isTied = ({ lmHead }: Checkpoint): boolean => lmHead === TOKEN_EMBEDDING
const headScope = (checkpoint: Checkpoint) => weightScope(checkpoint.lmHead.replace(/\.weight$/, ''))
const firstTensor = ({ tensors, offsetOf }: BinPlan): number => offsetOf(tensors[0]!.pieces[0]!)

/** The graph with the cache as inputs `past.*` and outputs `present.*`, and its end at the last hidden state. */
function publishedGraph(g: Graph, head: string): Graph {
  return {
    ...g,
    cached(name, fresh) {
      const [batch, heads, , width] = fresh.shape as [string, number, string, number]
      const past = g.input(`past.${name}`, 'float32', [batch, heads, 'past', width])
      const whole = g.concat([past, fresh], 2)
      g.output(`present.${name}`, whole)
      return { ...whole, shape: [batch, heads, 'total', width] }
    },
    attention: (query, key, value, options) =>
      g.attention(query, key, value, { ...options, wantWeights: true }),
    lastPositions: (x) => x,
    linear: (x, scope, options) => (scope.path === head ? x : g.linear(x, scope, options)),
    output(name, value) {
      if (name !== 'logits') g.output(name, value)
    },
  }
}

async function writeFile(
  folder: string,
  name: string,
  { xml, bin }: IrPart,
  tensors: () => AsyncIterable<Uint8Array>,
): Promise<void> {
  const path = join(folder, name)
  const file = await open(`${path}.bin.partial`, 'w')
  try {
    for (const { constant, bytes } of bin.literals)
      await file.write(bytes, 0, bytes.byteLength, bin.offsetOf(constant))
    let offset = firstTensor(bin)
    for await (const block of tensors()) {
      await file.write(block, 0, block.byteLength, offset)
      offset += block.byteLength
    }
    if (offset !== bin.byteLength) throw new Error(`${path}.bin has ${offset} bytes, not ${bin.byteLength}`)
  } finally {
    await file.close()
  }
  await rename(`${path}.bin.partial`, `${path}.bin`)
  const text = await open(`${path}.xml`, 'w')
  await text.writeFile(xml.get(name)!)
  await text.close()
}

async function* fileBlocks(path: string, start: number): AsyncGenerator<Uint8Array> {
  const file = await open(path)
  try {
    yield* file.createReadStream({
      start,
      highWaterMark: BLOCK_BYTES,
      autoClose: false,
    }) as AsyncIterable<Buffer>
  } finally {
    await file.close()
  }
}

/** What hides a position, within what bfloat16 holds; see attentionBias. */
const BLOCKED = -30_000

/** The conversion with the published shape as its text part, compiled with OpenVINO's defaults, as the notebook does. */
export async function openPublishedShape(conversion: string, folder: string): Promise<Engine> {
  const { engine } = await openCompiled(conversion, { cacheFolder: null })
  const { ov } = openVINO()
  const core = new ov.Core()
  const text = await core.compileModel(join(folder, 'text.xml'), 'CPU')
  const head = await core.compileModel(join(folder, 'head.xml'), 'CPU', { INFERENCE_PRECISION_HINT: 'f32' })
  return {
    ...engine,
    openDecoder: () => Promise.resolve(publishedDecoder(ov, { text, head }, engine.config.text_config)),
    async dispose() {
      text.dispose?.()
      head.dispose?.()
      await engine.dispose()
    },
  }
}

function publishedDecoder(
  ov: NodeAddon,
  models: Readonly<Record<'text' | 'head', CompiledModel>>,
  config: Kosmos2TextConfig,
): Decoder {
  const text = models.text.createInferRequest()
  const head = models.head.createInferRequest()
  const { attention_heads: heads, embed_dim, layers } = config
  const names = Array.from({ length: layers }, (_, i) => [`layers.${i}.key`, `layers.${i}.value`]).flat()
  let cache = names.map(() => float32(new Float32Array(0), [1, heads, 0, embed_dim / heads]))
  let past = 0

  const run = async (request: InferRequest, feeds: Readonly<Record<string, TensorLike>>) => {
    const tensors = Object.entries(feeds).map(([name, { type, dims, data }]) => {
      const tensor = new ov.Tensor(type === 'float32' ? 'f32' : 'i64', [...dims])
      if (dims.every((dim) => dim > 0)) tensor.data = data as Float32Array // the copy in
      request.setTensor(name, tensor)
      return tensor
    })
    await request.runAsync!()
    for (const tensor of tensors) tensor.dispose?.()
  }
  /** The copy out. */
  const array = (request: InferRequest, name: string) => {
    const tensor = request.getTensor(name)
    const copy = float32(tensor.getData() as Float32Array, tensor.getShape())
    tensor.dispose?.()
    return copy
  }
  const hidden = async (step: DecoderStep) => {
    const feeds = textFeeds(step, config, past, BLOCKED)
    const kept = names.map((name, i) => [`past.${name}`, cache[i]!])
    await run(text, { ...feeds, ...(Object.fromEntries(kept) as Record<string, TensorLike>) })
    cache = names.map((name) => array(text, `present.${name}`))
    past += step.input_ids.dims[1]!
    return array(text, 'last_hidden_state')
  }
  return {
    hidden,
    async step(step) {
      const { data, dims } = expectFloat32('last_hidden_state', await hidden(step), [1, 'S', embed_dim])
      const last = float32(data.slice((dims[1]! - 1) * embed_dim), [1, 1, embed_dim])
      await run(head, { hidden: last })
      return array(head, 'logits')
    },
    dispose() {
      text.dispose?.()
      head.dispose?.()
      return Promise.resolve()
    },
  }
}
