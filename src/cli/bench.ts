// `kosmos2 bench`: how fast models answer here, and in how much memory, beside each other.
import { fork } from 'node:child_process'
import { availableParallelism, cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { wholeNumber } from './arguments.ts'
import type { BenchReply, BenchRequest, BenchRun } from './bench-model.ts'
import { defineCommand } from './command.ts'
import { columns, megabytes } from './format.ts'
import { RUN_OPTIONS, runSettings } from './model.ts'

const ROUNDS = 5
const TOKENS = 32
/** How long threads of the last model may still spin, in milliseconds. */
const SETTLE = 50

/** Median and range of several values. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

interface Measured {
  readonly folder: string
  /** Milliseconds. */
  readonly open: number
  readonly firstToken: Spread
  readonly token: Spread
  /** Bytes at the most. */
  readonly memory: number
}

export const bench = defineCommand({
  name: 'bench',
  summary: 'Measures models beside each other: first token, tokens, memory',
  operands: 'FOLDER...',
  count: [1],
  options: {
    rounds: { value: 'N', help: `how often each is measured, in turns; ${ROUNDS} if left out` },
    tokens: { value: 'N', help: `how long each answer is made, from 2; ${TOKENS} if left out` },
    image: { value: 'FILE|URL', help: 'the picture; a drawing if left out' },
    ...RUN_OPTIONS,
    json: { help: 'one JSON document, times in milliseconds, memory in bytes' },
  },
  notes: [
    'Each FOLDER (a checkpoint, a converted model or a name on the hub) runs in a process of its own, one at a time; a first round is not counted. The first token is timed from the picture on. The table has medians, and in brackets the range. Memory is the most that the process has taken, with the part of a mapped file that was read.',
    '--device and --performance are for converted models: leave them out where one of several is a checkpoint.',
  ],
  examples: [
    ['bench models/kosmos2 models/kosmos2-int8 models/kosmos2-int4', 'The original beside two conversions.'],
    ['bench models/kosmos2-int8 --threads 4 --rounds 9 --json', 'For a program, with four threads.'],
  ],
  async run({ operands, values, terminal, signal }) {
    const rounds = wholeNumber('rounds', values.rounds) ?? ROUNDS
    const tokens = wholeNumber('tokens', values.tokens, 2) ?? TOKENS
    const settings = runSettings(values)
    const models: { folder: string; child: BenchChild; open: number; runs: BenchRun[] }[] = []
    try {
      for (const folder of operands) {
        terminal.progress.update(`Opening ${folder}`)
        const child = startChild(signal)
        models.push({ folder, child, open: 0, runs: [] })
        const reply = await child.ask({ kind: 'open', folder, settings })
        if (reply.kind === 'opened') models.at(-1)!.open = reply.milliseconds
      }
      for (let round = 0; round <= rounds; round++) {
        for (const { child, runs } of models) {
          terminal.progress.update('Measuring', round / (rounds + 1), `round ${round} of ${rounds}`)
          await sleep(SETTLE, undefined, { signal })
          const reply = await child.ask({ kind: 'run', image: values.image, tokens })
          // The first is the one that still fills caches.
          if (reply.kind === 'ran' && round > 0) runs.push(reply)
        }
      }
    } finally {
      for (const { child } of models) child.stop()
    }
    const measured = models.map(({ folder, open, runs }): Measured => ({
      folder,
      open,
      firstToken: spread(runs.map(({ firstToken }) => firstToken)),
      token: spread(runs.flatMap((run) => run.tokens)),
      memory: Math.max(...runs.map(({ memory }) => memory)),
    }))
    const machine = {
      processor: cpus()[0]?.model ?? 'unknown',
      cores: availableParallelism(),
      node: process.version,
    }
    if (values.json) terminal.print(JSON.stringify({ machine, settings, rounds, tokens, models: measured }))
    else
      terminal.print(
        `${machine.processor}, ${machine.cores} cores, Node ${machine.node}\n\n${table(measured)}`,
      )
    return true
  },
})

function table(measured: readonly Measured[]): string {
  const base = measured[0]!.token.median
  return columns([
    ['model', 'opens', 'first token, ms', 'a token, ms', 'speed', 'memory'],
    ...measured.map(({ folder, open, firstToken, token, memory }) => [
      folder,
      `${(open / 1000).toFixed(2)} s`,
      shown(firstToken),
      shown(token),
      `${(base / token.median).toFixed(2)} x`,
      megabytes(memory),
    ]),
  ])
}

function shown({ median, min, max }: Spread): string {
  return `${median.toFixed(1)} (${min.toFixed(1)} to ${max.toFixed(1)})`
}

function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2
  return { median, min: sorted[0]!, max: sorted.at(-1)! }
}

/** The process of a model. */
interface BenchChild {
  ask(request: BenchRequest): Promise<BenchReply>
  stop(): void
}

function startChild(signal: AbortSignal): BenchChild {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js' // as source under test, built in the package
  const child = fork(new URL(`./bench-model.${extension}`, import.meta.url), {
    // What a model says on standard output must not get among the results.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const stop = (): void => {
    signal.removeEventListener('abort', stop)
    child.kill('SIGKILL')
  }
  signal.addEventListener('abort', stop)
  return {
    async ask(request) {
      const reply = await new Promise<BenchReply>((resolve) => {
        const message = 'The process of a model ended; it may have needed more memory than there is'
        const fail = (): void => {
          resolve({ kind: 'failed', message })
        }
        child.once('message', resolve).once('exit', fail).once('error', fail)
        child.send(request)
      })
      child.removeAllListeners()
      signal.throwIfAborted()
      if (reply.kind === 'failed') throw new Error(reply.message)
      return reply
    },
    stop,
  }
}
