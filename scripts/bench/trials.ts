// Trials of what may make decoding faster: how the weights are stored, and how OpenVINO runs them. Every trial is measured
// in turn with the library's own settings for INT4.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DeviceConfig } from '../../src/compiled/performance.ts'
import type { ConvertOptions } from '../../src/ir/convert-options.ts'
import type { WeightPrecision } from '../../src/ir/weight-form.ts'
import { inTurns, sameLevel } from './in-turns.ts'
import type { MemoryBandwidth } from './memory-bandwidth.ts'
import { type Runner, startRunner, withRunner } from './runner.ts'
import { type Spread, spread } from './statistics.ts'

type Weights = Pick<ConvertOptions, 'groupSize' | 'int4Scheme' | 'headPrecision'> & {
  readonly weights: WeightPrecision
}

export interface Trial {
  readonly name: string
  readonly weights: Weights
  readonly config: DeviceConfig
}

/** Milliseconds, and how much faster than the library's own settings for INT4 in the same turns. */
export interface TrialResult {
  readonly name: string
  readonly tokenMs: Spread
  readonly tokenSpeedup: Spread
  readonly prefillMs: Spread
  readonly prefillSpeedup: Spread
}

const INT4: Weights = { weights: 'int4' }
const OWN: Trial = { name: 'INT4, own settings', weights: INT4, config: {} }
const GROUP = 'DYNAMIC_QUANTIZATION_GROUP_SIZE'
const LARGEST = '18446744073709551615'

const trial = (name: string, weights: Weights, config: DeviceConfig = {}): Trial => ({
  name,
  weights,
  config,
})
const ONE_THREAD = { INFERENCE_NUM_THREADS: 1 }

export const TRIALS: readonly Trial[] = [
  ...['0', '64', '128', '256', LARGEST].map((size) =>
    trial(`activations in groups of ${groupName(size)}`, INT4, { [GROUP]: size }),
  ),
  trial('one thread', INT4, ONE_THREAD),
  trial('threads not pinned', INT4, { ENABLE_CPU_PINNING: false }),
  trial('work shared out as it comes (TBB_PARTITIONER AUTO)', INT4, { TBB_PARTITIONER: 'AUTO' }),
  trial('float32 hint', INT4, { INFERENCE_PRECISION_HINT: 'f32' }),
  trial('float16 hint', INT4, { INFERENCE_PRECISION_HINT: 'f16' }),
  trial('cache in float32', INT4, { KV_CACHE_PRECISION: 'f32' }),
  trial('cache in bfloat16', INT4, { KV_CACHE_PRECISION: 'bf16' }),
  trial('weights in groups of 64, activations too', { ...INT4, groupSize: 64 }, { [GROUP]: 64 }),
  trial('weights in groups of 256', { ...INT4, groupSize: 256 }),
  trial('weights in groups of 256, activations too', { ...INT4, groupSize: 256 }, { [GROUP]: 256 }),
  trial('unsigned codes with zero points', { ...INT4, int4Scheme: 'asymmetric' }),
  trial('head and embedding in INT4', { ...INT4, headPrecision: 'int4' }),
  trial('head and embedding in FP16', { ...INT4, headPrecision: 'fp16' }),
  trial('INT8', { weights: 'int8' }),
  ...['0', '32', '2048'].map((size) =>
    trial(`INT8, activations in groups of ${groupName(size)}`, { weights: 'int8' }, { [GROUP]: size }),
  ),
  trial('INT8, one thread', { weights: 'int8' }, ONE_THREAD),
  trial('FP16', { weights: 'fp16' }),
  trial('FP16, one thread', { weights: 'fp16' }, ONE_THREAD),
  trial('FP32 in bfloat16', { weights: 'fp32' }),
  trial('FP32 in bfloat16, one thread', { weights: 'fp32' }, ONE_THREAD),
]

function groupName(size: string): string {
  if (size === '0') return '0 (not rounded)'
  return size === LARGEST ? 'a whole row' : size
}

const TOKENS_A_TURN = 5
/** Subjects that are open at once, the library's own settings among them. */
const AT_ONCE = 4

/** @param folder - for the conversions; they are removed, unless they are to be kept */
export async function benchTrials(
  checkpoint: string,
  folder: string,
  rounds: number,
  keep: boolean,
  bandwidth: MemoryBandwidth,
  say: (text: string) => void,
): Promise<readonly TrialResult[]> {
  const results: TrialResult[] = []
  const folderOf = (weights: Weights) => join(folder, Object.values(weights).join('-'))
  const own = await openTrial(checkpoint, folderOf(OWN.weights), OWN)
  try {
    for (let first = 0; first < TRIALS.length; first += AT_ONCE - 1) {
      const some = TRIALS.slice(first, first + AT_ONCE - 1)
      say(some.map(({ name }) => name).join('; '))
      const runners: Runner[] = []
      try {
        for (const one of some) runners.push(await openTrial(checkpoint, folderOf(one.weights), one))
        results.push(...(await measure([OWN, ...some], [own, ...runners], rounds, bandwidth)).slice(1))
      } finally {
        await Promise.all(runners.map((runner) => runner.stop()))
      }
    }
  } finally {
    await own.stop()
    if (!keep) {
      const folders = new Set([OWN, ...TRIALS].map(({ weights }) => folderOf(weights)))
      await Promise.all(Array.from(folders, (path) => rm(path, { recursive: true, force: true })))
    }
  }
  return results
}

async function openTrial(checkpoint: string, folder: string, { weights, config }: Trial): Promise<Runner> {
  await withRunner(({ ask }) => ask('convert', checkpoint, folder, weights))
  const runner = startRunner()
  try {
    await runner.ask('open', { kind: 'compiled', folder, performance: 'fast', config })
    await runner.ask('picture')
    await runner.ask('prefill')
    await runner.ask('decode', 2)
    return runner
  } catch (error) {
    await runner.stop()
    throw error
  }
}

async function measure(
  trials: readonly Trial[],
  runners: readonly Runner[],
  count: number,
  bandwidth: MemoryBandwidth,
): Promise<readonly TrialResult[]> {
  const prefills = await inTurns(
    runners.map(
      ({ ask }) =>
        () =>
          ask('prefill'),
    ),
    count,
    bandwidth,
  )
  const tokens = await inTurns(
    runners.map(
      ({ ask }) =>
        async () =>
          spread(await ask('decode', TOKENS_A_TURN)).median,
    ),
    count,
    bandwidth,
  )
  return trials.map(({ name }, i) => ({
    name,
    tokenMs: spread(tokens.map(({ values }) => values[i]!)),
    tokenSpeedup: sameLevel(tokens, ({ values }) => values[0]! / values[i]!),
    prefillMs: spread(prefills.map(({ values }) => values[i]!)),
    prefillSpeedup: sameLevel(prefills, ({ values }) => values[0]! / values[i]!),
  }))
}
