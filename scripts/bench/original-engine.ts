// The original model in ONNX Runtime: the subject that every other is measured beside.
import { type Checkpoint, openCheckpoint } from '../../src/checkpoint/checkpoint.ts'
import { type DecodingResult, decodeInTurns } from './decoding.ts'
import { type Latencies, measureLatencies } from './latencies.ts'
import type { MemoryBandwidth } from './memory-bandwidth.ts'
import type { Reference } from './reference.ts'
import { type Runner, startRunner } from './runner.ts'
import { PROMPT_TOKENS } from './workload.ts'

/** The original engine, open in a process of its own. */
export interface OriginalEngine {
  readonly runner: Runner
  readonly latencies: Latencies
  /** Every weight of the text model is read once a token; the embedding as the output matrix. */
  readonly weightBytes: number
}

/** @param folder - a checkpoint */
export async function openOriginal(folder: string): Promise<OriginalEngine> {
  const checkpoint = await openCheckpoint(folder)
  const weightBytes = textWeightBytes(checkpoint)
  await checkpoint.close()
  const runner = startRunner()
  return { runner, latencies: await measureLatencies(runner, { kind: 'original', folder }), weightBytes }
}

/** Tokens in turn with transformers. */
export async function besideReference(
  { runner, weightBytes }: OriginalEngine,
  reference: Reference,
  folder: string,
  rounds: number,
  bandwidth: MemoryBandwidth,
  say: (text: string) => void,
): Promise<DecodingResult> {
  say('loading the same weights in PyTorch')
  await reference.ask('load', folder)
  await reference.ask('decode', PROMPT_TOKENS, 1)
  const decode = (tokens: number) => reference.ask<number[]>('decode', PROMPT_TOKENS, tokens)
  return await decodeInTurns(
    [
      { name: 'transformers', weightBytes, decode },
      { name: 'ours', weightBytes, decode: (tokens) => runner.ask('decode', tokens) },
    ],
    rounds,
    bandwidth,
    say,
  )
}

function textWeightBytes({ weights }: Checkpoint): number {
  const entries = [...weights.tensors.values()]
  return entries
    .filter(({ name }) => name.startsWith('text_model.'))
    .reduce((sum, entry) => sum + entry.byteLength, 0)
}
