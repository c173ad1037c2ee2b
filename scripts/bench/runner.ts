// The parent's side of a process in which a subject is measured; runner-process.ts is the other.
import { fork } from 'node:child_process'
import { watchPeak } from './process-memory.ts'
import type { Calls, Reply, Request } from './runner-process.ts'

export interface Runner {
  /** Asks for one of the process's calls. Calls are answered one after the other. */
  readonly ask: <Name extends keyof Calls>(
    call: Name,
    ...values: Parameters<Calls[Name]>
  ) => Promise<Awaited<ReturnType<Calls[Name]>>>
  /** See process-memory.ts. */
  watchPeak(): () => number | undefined
  /** Ends the process, and with it all it holds. */
  stop(): Promise<void>
}

export function startRunner(): Runner {
  const child = fork(new URL('runner-process.ts', import.meta.url), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>()
  let next = 0
  const exited = new Promise<void>((resolve) => {
    child.once('exit', (code, signal) => {
      for (const { reject } of waiting.values())
        reject(new Error(`a measured process ended with ${signal ?? `code ${code}`}`))
      waiting.clear()
      resolve()
    })
  })
  child.on('message', (reply: Reply) => {
    const pending = waiting.get(reply.id)
    waiting.delete(reply.id)
    if ('error' in reply) pending?.reject(new Error(reply.error))
    else pending?.resolve(reply.result)
  })
  return {
    ask: (call, ...values) =>
      new Promise((resolve, reject) => {
        const request: Request = { id: next++, call, values }
        waiting.set(request.id, { resolve: resolve as (result: unknown) => void, reject })
        child.send(request)
      }),
    watchPeak: () => watchPeak(child.pid!),
    async stop() {
      child.kill()
      await exited
    },
  }
}

/** Starts a process for the time of `work`. */
export async function withRunner<T>(work: (runner: Runner) => Promise<T>): Promise<T> {
  const runner = startRunner()
  try {
    return await work(runner)
  } finally {
    await runner.stop()
  }
}
