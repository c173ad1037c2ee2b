// A worker thread that does one kind of task after the other: the conversion's heavy work, away from the event loop.
import { parentPort, Worker } from 'node:worker_threads'

export interface TaskThread<Task, Result> {
  /** Tasks that are not done yet. */
  readonly waiting: number
  /**
   * Has a task done; tasks are done in the order of the calls.
   * @param moved - memory inside the task that moves to the thread: it is gone afterwards
   * @throws {RangeError} with the message of what the work threw
   */
  run(task: Task, moved: readonly ArrayBuffer[]): Promise<Result>
  /** Ends the thread. What is under way never settles. */
  close(): Promise<void>
}

interface Request<Task> {
  readonly id: number
  readonly task: Task
}
type Reply<Result> =
  { readonly id: number; readonly result: Result } | { readonly id: number; readonly problem: string }

/** @param worker - its file beside this one is `<worker>-worker` */
export function taskThread<Task, Result>(worker: 'compress' | 'hash'): TaskThread<Task, Result> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js' // as source under test, built in the package
  const thread = new Worker(new URL(`./${worker}-worker.${extension}`, import.meta.url), {
    name: `kosmos2-${worker}`,
    execArgv: [], // a process started with code on its command line has options that a worker refuses
  })
  const waiting = new Map<number, { resolve: (result: Result) => void; reject: (error: Error) => void }>()
  let next = 0
  thread.on('message', (reply: Reply<Result>) => {
    const pending = waiting.get(reply.id)
    waiting.delete(reply.id)
    if ('problem' in reply) pending?.reject(new RangeError(reply.problem))
    else pending?.resolve(reply.result)
  })
  thread.on('error', (error) => {
    for (const { reject } of waiting.values()) reject(error as Error)
    waiting.clear()
  })
  return {
    get waiting() {
      return waiting.size
    },
    run: (task, moved) =>
      new Promise((resolve, reject) => {
        const request: Request<Task> = { id: next++, task }
        waiting.set(request.id, { resolve, reject })
        thread.postMessage(request, [...moved])
      }),
    close: async () => {
      await thread.terminate()
    },
  }
}

/** What a thread's task came to. */
export interface Done {
  readonly result: unknown
  /** Memory inside the result that moves back. */
  readonly moved: readonly ArrayBuffer[]
}

/** The thread's own side. @param work - does a task of the type that its `taskThread` sends */
export function serveTasks(work: (task: never) => Done): void {
  parentPort?.on('message', ({ id, task }: Request<never>) => {
    const send = (reply: Reply<unknown>, moved: readonly ArrayBuffer[]) =>
      parentPort?.postMessage(reply, [...moved])
    try {
      const { result, moved } = work(task)
      send({ id, result }, moved)
    } catch (error) {
      send({ id, problem: (error as Error).message }, [])
    }
  })
}
