// The other end of reference.py: a Python that has transformers and PyTorch, if there is one.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export interface Reference {
  readonly version: string
  ask<T>(call: string, ...values: readonly unknown[]): Promise<T>
  stop(): void
}

/** @returns undefined where the interpreter is missing or lacks transformers or PyTorch */
export async function startReference(python: string): Promise<Reference | undefined> {
  const child = spawn(python, [new URL('reference.py', import.meta.url).pathname], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  child.on('error', () => undefined) // no such interpreter: the lines end
  child.stdin.on('error', () => undefined)
  const ask = async <T>(call: string, ...values: readonly unknown[]): Promise<T> => {
    child.stdin.write(`${JSON.stringify({ call, arguments: values })}\n`)
    const line = await lines.next()
    if (line.done === true) throw new Error('the reference ended')
    const answer = JSON.parse(line.value) as { result: T } | { error: string }
    if ('error' in answer) throw new Error(answer.error)
    return answer.result
  }
  try {
    return { version: await ask<string>('version'), ask, stop: () => child.kill() }
  } catch {
    child.kill()
    return undefined
  }
}
