// A process in which one subject is measured: alone with its memory, its threads and its clock, so that several can be
// measured in turn. runner.ts starts it and tells it what to do.
import { open } from 'node:fs/promises'
import type { Engine } from '../../src/architecture/engine.ts'
import type { ConvertOptions } from '../../src/ir/convert-options.ts'
import { convert } from '../../src/ir/convert.ts'
import type { WeightPrecision } from '../../src/ir/weight-form.ts'
import { measureBindingCalls } from './binding-calls.ts'
import { measureCompression } from './compression.ts'
import { measureOverhead } from './overhead.ts'
import { anonymousBytes } from './process-memory.ts'
import { writePublishedShape } from './published-shape.ts'
import { timed } from './statistics.ts'
import { openSubject, type Subject } from './subject.ts'
import { type Workload, workload } from './workload.ts'

let opened: { readonly engine: Engine; readonly work: Workload } | undefined

const current = () => {
  if (opened === undefined) throw new Error('nothing is open')
  return opened
}

/** What can be asked for, by name. Times are milliseconds. */
const calls = {
  open: async (subject: Subject) => {
    const { result: engine, ms } = await timed(() => openSubject(subject))
    opened = { engine, work: workload(engine) }
    return ms
  },
  picture: () => current().work.picture(),
  prefill: (tokens?: number) => current().work.prefill(tokens),
  decode: (count: number) => current().work.decode(count),
  answer: (count: number) => current().work.answer(count),
  /** Of this process; null where the system does not tell. */
  memory: async () => (await anonymousBytes()) ?? null,
  overhead: (tokens: number) => measureOverhead(current().work, current().engine.config, tokens),
  bindingCalls: measureBindingCalls,
  compression: (precision: WeightPrecision) => measureCompression(precision),
  convert: async (source: string, target: string, options: ConvertOptions) => {
    const { result, ms } = await timed(() => convert(source, target, options))
    return { ms, reused: result.reused }
  },
  copy: async (from: string, to: string) => (await timed(() => copyFile(from, to))).ms,
  publish: writePublishedShape,
}
export type Calls = typeof calls

const BLOCK_BYTES = 8 * 1024 * 1024

/** Through memory, block by block, until the disk has everything, as a conversion reads and writes. */
async function copyFile(from: string, to: string): Promise<void> {
  const source = await open(from)
  const target = await open(to, 'w')
  const block = Buffer.allocUnsafe(BLOCK_BYTES)
  try {
    for (;;) {
      const { bytesRead } = await source.read(block, 0, BLOCK_BYTES)
      if (bytesRead === 0) break
      await target.write(block, 0, bytesRead)
    }
    await target.sync()
  } finally {
    await source.close()
    await target.close()
  }
}

export interface Request {
  readonly id: number
  readonly call: keyof Calls
  readonly values: readonly unknown[]
}
export type Reply = { readonly id: number } & ({ readonly result: unknown } | { readonly error: string })

process.on('message', ({ id, call, values }: Request) => {
  const run = calls[call] as (...values: readonly unknown[]) => unknown
  const answer = async (): Promise<Reply> => {
    try {
      return { id, result: await run(...values) }
    } catch (error) {
      return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
    }
  }
  void answer().then((reply) => process.send!(reply))
})
process.on('disconnect', () => process.exit())
