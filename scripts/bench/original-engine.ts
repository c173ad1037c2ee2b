// The original model at full size: how soon it opens, what memory it takes, how near its decoding comes to reading the
// weights once a token, which no implementation can beat at batch 1.
import { readFile } from 'node:fs/promises'
import type { Decoder } from '../../src/architecture/engine.ts'
import { type Checkpoint, openCheckpoint } from '../../src/checkpoint/checkpoint.ts'
import { openOnnxEngine } from '../../src/onnx/engine.ts'
import { float32, int64 } from '../../src/tensor.ts'
import { memoryBandwidth } from './memory-bandwidth.ts'
import type { Reference } from './reference.ts'
import { othersAsleep, type Spread, spread } from './statistics.ts'

export interface OriginalEngineResult {
  readonly openMs: number
  /** Anonymous memory that opening and generating added, in bytes; null where the system does not tell. */
  readonly anonymousBytes: number | null
  readonly visionMs: number
  readonly prefillMs: number
  readonly weightBytesPerToken: number
  readonly bandwidth: Spread
  readonly tokenMs: Spread
  /** Of each round: time to read the weights at the bandwidth measured beside it / time of a token. */
  readonly rooflineShare: Spread
  readonly referenceTokenMs: Spread | null
  /** Of each round: the reference's time of a token / ours. */
  readonly speedup: Spread | null
}

const PROMPT = 71 // a picture and "<grounding> An image of"
const TOKENS_A_ROUND = 6

export async function benchOriginalEngine(
  folder: string,
  rounds: number,
  reference: Reference | undefined,
  say: (text: string) => void,
): Promise<OriginalEngineResult> {
  const before = await anonymousBytes()
  const start = performance.now()
  const checkpoint = await openCheckpoint(folder)
  const engine = await openOnnxEngine(checkpoint)
  const openMs = performance.now() - start
  say(`opened in ${openMs.toFixed(0)} ms`)

  const { num_channels, image_size } = checkpoint.config.vision_config
  const pixels = float32(new Float32Array(num_channels * image_size ** 2), [
    1,
    num_channels,
    image_size,
    image_size,
  ])
  const vision = await timed(() => engine.vision(pixels))
  const { image_embeds } = await engine.projection(vision.result.image_features)

  const decoder = await engine.openDecoder()
  const queries = image_embeds.dims[1]!
  const prefill = await timed(() =>
    decoder.step({
      ...step(PROMPT, PROMPT),
      image_embeds,
      image_embeds_position_mask: int64(
        Array.from({ length: PROMPT }, (_, i) => (i >= 2 && i < 2 + queries ? 1 : 0)),
        [1, PROMPT],
      ),
    }),
  )
  let length = PROMPT
  const decode = async () => (await decodeTokens(decoder, length, (length += TOKENS_A_ROUND))).median
  await decode()
  const after = await anonymousBytes()

  if (reference !== undefined) {
    say('loading the same weights in PyTorch')
    await reference.ask('load', folder)
    await reference.ask('decode', PROMPT, 1)
  }
  const bandwidth = await memoryBandwidth()
  const weightBytesPerToken = textWeightBytes(checkpoint)
  const rows = []
  for (let round = 1; round <= rounds; round++) {
    await othersAsleep()
    const readBefore = await bandwidth.measure()
    const tokenMs = await decode()
    const readAfter = await bandwidth.measure()
    await othersAsleep()
    const referenceMs =
      reference && spread(await reference.ask<number[]>('decode', PROMPT, TOKENS_A_ROUND)).median
    rows.push({ bandwidth: (readBefore + readAfter) / 2, tokenMs, referenceMs })
    say(
      `round ${round} of ${rounds}: ${tokenMs.toFixed(1)} ms a token${referenceMs ? `, reference ${referenceMs.toFixed(1)}` : ''}`,
    )
  }
  await bandwidth.stop()
  await decoder.dispose()
  await engine.dispose()
  await checkpoint.close()

  const referenceRows = rows.filter(
    (row): row is typeof row & { referenceMs: number } => row.referenceMs !== undefined,
  )
  const ifReference = (value: (row: (typeof referenceRows)[number]) => number) =>
    referenceRows.length === 0 ? null : spread(referenceRows.map(value))
  return {
    openMs,
    anonymousBytes: before === undefined || after === undefined ? null : after - before,
    visionMs: vision.ms,
    prefillMs: prefill.ms,
    weightBytesPerToken,
    bandwidth: spread(rows.map((row) => row.bandwidth)),
    tokenMs: spread(rows.map((row) => row.tokenMs)),
    rooflineShare: spread(rows.map((row) => ((weightBytesPerToken / row.bandwidth) * 1000) / row.tokenMs)),
    referenceTokenMs: ifReference((row) => row.referenceMs),
    speedup: ifReference((row) => row.referenceMs / row.tokenMs),
  }
}

async function decodeTokens(decoder: Decoder, from: number, to: number): Promise<Spread> {
  const times = []
  for (let total = from + 1; total <= to; total++)
    times.push((await timed(() => decoder.step(step(1, total)))).ms)
  return spread(times)
}

function step(fresh: number, total: number) {
  return {
    input_ids: int64(Array<number>(fresh).fill(5), [1, fresh]),
    attention_mask: int64(Array<number>(total).fill(1), [1, total]),
    position_ids: int64(
      Array.from({ length: fresh }, (_, i) => total - fresh + i + 2),
      [1, fresh],
    ),
    logitsToKeep: 1,
  }
}

/** Every weight of the text model is read once a token; the embedding as the output matrix. */
function textWeightBytes(checkpoint: Checkpoint): number {
  const entries = [...checkpoint.weights.tensors.values()]
  return entries
    .filter((entry) => entry.name.startsWith('text_model.'))
    .reduce((sum, entry) => sum + entry.byteLength, 0)
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const start = performance.now()
  const result = await work()
  return { result, ms: performance.now() - start }
}

/** Memory of this process that no file backs. Linux alone tells. */
async function anonymousBytes(): Promise<number | undefined> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '')
  const match = /^RssAnon:\s+(\d+) kB$/m.exec(status)
  return match === null ? undefined : Number(match[1]) * 1024
}
