// The times of one subject that are reported beside its tokens: opening, first tokens, memory.
import type { Runner } from './runner.ts'
import { type Spread, spread } from './statistics.ts'
import type { Subject } from './subject.ts'

/** Times in milliseconds. */
export interface Latencies {
  readonly openMs: number
  /** The first answer's first token in a new process, opening included: from a picture's file. */
  readonly coldMs: number
  /** The same when all is warm, without opening. */
  readonly firstTokenMs: Spread
  readonly visionMs: Spread
  readonly projectionMs: Spread
  /** From the prompt to its first token. */
  readonly prefillMs: Spread
  /** What opening and answering added to the process's own memory; null where the system does not tell. */
  readonly anonymousBytes: number | null
}

const REPEATS = 3

/** Opens the subject in a fresh process, and leaves it open with a prompt that has been run. */
export async function measureLatencies({ ask }: Runner, subject: Subject): Promise<Latencies> {
  const before = await ask('memory')
  const openMs = await ask('open', subject)
  const coldMs = openMs + (await ask('answer', 1))
  const firstToken: number[] = []
  const vision: number[] = []
  const projection: number[] = []
  const prefill: number[] = []
  for (let i = 0; i < REPEATS; i++) {
    firstToken.push(await ask('answer', 1))
    const picture = await ask('picture')
    vision.push(picture.vision)
    projection.push(picture.projection)
    prefill.push(await ask('prefill'))
  }
  await ask('decode', 2)
  const after = await ask('memory')
  return {
    openMs,
    coldMs,
    firstTokenMs: spread(firstToken),
    visionMs: spread(vision),
    projectionMs: spread(projection),
    prefillMs: spread(prefill),
    anonymousBytes: before === null || after === null ? null : after - before,
  }
}
