// A conversion in OpenVINO, beside the original engine, beside its own accurate mode, and beside the published notebook's
// shape.
import { mkdir, rm } from 'node:fs/promises'
import { type IrPartFiles, openIr } from '../../src/ir/open-ir.ts'
import { openVINO } from '../../src/openvino/openvino.ts'
import type { BindingCalls } from './binding-calls.ts'
import { type DecodingResult, decodeInTurns } from './decoding.ts'
import { inTurns, sameLevel } from './in-turns.ts'
import { type Latencies, measureLatencies } from './latencies.ts'
import type { MemoryBandwidth } from './memory-bandwidth.ts'
import type { OriginalEngine } from './original-engine.ts'
import type { Overhead } from './overhead.ts'
import { type Runner, startRunner, withRunner } from './runner.ts'
import { type Spread, spread } from './statistics.ts'
import { PROMPT_TOKENS } from './workload.ts'

/** From a picture's file to 64 tokens. */
export const ANSWER_TOKENS = 64

export interface CompiledModelResult {
  /** Opening where no compiled model was kept, in milliseconds, and the memory of its own that it took. */
  readonly first: Pick<Latencies, 'openMs' | 'anonymousBytes'>
  /** Opened from the kept one. */
  readonly latencies: Latencies
  /** The original engine, and this. */
  readonly decoding: DecodingResult
  readonly answer: { readonly originalMs: Spread; readonly ms: Spread; readonly speedup: Spread }
  readonly overhead: Overhead
  readonly bindingCalls: BindingCalls
  /** Fast mode, and accurate mode. */
  readonly accurate: { readonly latencies: Latencies; readonly decoding: DecodingResult }
  /** The published shape, and this, after each of PUBLISHED_LENGTHS; null where it was not asked for. */
  readonly published: readonly DecodingResult[] | null
}

export interface Surroundings {
  readonly checkpoint: string
  readonly original: OriginalEngine
  readonly bandwidth: MemoryBandwidth
  readonly rounds: number
  readonly say: (text: string) => void
}

/**
 * Positions before the tokens measured: the prompt of a caption, and a long text with its picture, for the shape copies a
 * cache that grows with the text.
 */
export const PUBLISHED_LENGTHS = [PROMPT_TOKENS, 500] as const

const ANSWERS = 3
const OVERHEAD_TOKENS = 30

/**
 * @param folder - a conversion
 * @param withPublished - whether the published shape is built and measured too
 */
export async function benchCompiledModel(
  folder: string,
  withPublished: boolean,
  { checkpoint, original, bandwidth, rounds, say }: Surroundings,
): Promise<CompiledModelResult> {
  const cacheFolder = `${folder}.compiled`
  const published = `${folder}.published`
  const fast = { kind: 'compiled', folder, performance: 'fast', cacheFolder } as const
  const { config, parts } = await openIr(folder)
  const tokenBytes = weightBytes(parts.text)
  let ours: Runner | undefined
  try {
    say('opening')
    const first = await withRunner((runner) => measureLatencies(runner, fast))
    ours = startRunner()
    const { ask } = ours
    const latencies = await measureLatencies(ours, fast)
    const subject = { name: 'compiled', weightBytes: tokenBytes, decode: (n: number) => ask('decode', n) }
    const beside = {
      name: 'original',
      weightBytes: original.weightBytes,
      decode: (n: number) => original.runner.ask('decode', n),
    }
    await original.runner.ask('prefill') // sequences of one length
    const decoding = await decodeInTurns([beside, subject], rounds, bandwidth, say)
    say('whole answers')
    const answers = await inTurns(
      [() => original.runner.ask('answer', ANSWER_TOKENS), () => ask('answer', ANSWER_TOKENS)],
      ANSWERS,
      bandwidth,
    )
    const overhead = await ask('overhead', OVERHEAD_TOKENS)
    const bindingCalls = await ask('bindingCalls', parts.projection.xml, config.vision_config.hidden_size)

    say('accurate mode')
    const accurate = await withRunner(async (runner) => {
      const exact = { kind: 'compiled', folder, performance: 'accurate' } as const
      const measured = await measureLatencies(runner, exact)
      const exactly = {
        name: 'accurate',
        weightBytes: undefined,
        decode: (n: number) => runner.ask('decode', n),
      }
      await ask('prefill')
      return {
        latencies: measured,
        decoding: await decodeInTurns([subject, exactly], rounds, bandwidth, say),
      }
    })
    const shape = !withPublished
      ? null
      : await withRunner(async (runner) => {
          say("the published notebook's shape")
          await mkdir(published, { recursive: true })
          await runner.ask('publish', checkpoint, folder, published)
          await runner.ask('open', { kind: 'published', folder, published })
          await runner.ask('picture')
          const theirs = {
            name: 'published',
            weightBytes: undefined,
            decode: (n: number) => runner.ask('decode', n),
          }
          const results: DecodingResult[] = []
          for (const length of PUBLISHED_LENGTHS) {
            say(`after ${length} positions`)
            await runner.ask('prefill', length)
            await runner.ask('decode', 2)
            await ask('prefill', length)
            results.push(await decodeInTurns([theirs, subject], rounds, bandwidth, say))
          }
          return results
        })
    return {
      first,
      latencies,
      decoding,
      answer: {
        originalMs: spread(answers.map(({ values }) => values[0]!)),
        ms: spread(answers.map(({ values }) => values[1]!)),
        speedup: sameLevel(answers, ({ values }) => values[0]! / values[1]!),
      },
      overhead,
      bindingCalls,
      accurate,
      published: shape,
    }
  } finally {
    await ours?.stop()
    await rm(cacheFolder, { recursive: true, force: true })
    await rm(published, { recursive: true, force: true })
  }
}

/** Bytes of weights that a token reads: those of the text part, in the precision that runs. */
function weightBytes({ weights, weightBytes }: IrPartFiles): number {
  const { ov } = openVINO()
  const runsIn = new ov.Core().getProperty('CPU', 'INFERENCE_PRECISION_HINT')
  // Matrices of 32 bits are rounded when they are compiled; compressed ones stay what they are.
  return weights === 'fp32' && runsIn !== 'f32' ? weightBytes / 2 : weightBytes
}
