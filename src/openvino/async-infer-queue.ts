// openvino-node's AsyncInferQueue: a pool of inference requests.
import { aFunction, anInstance, anInteger, anObject, matchSignature } from './arguments.ts'
import { CompiledModel } from './compiled-model.ts'
import { OpenVINOError } from '../errors.ts'
import type { InferRequest } from './infer-request.ts'

const aCompiledModel = anInstance('CompiledModel', (value) => CompiledModel.is(value))

type Callback = (error: Error | null, request: InferRequest, userData: unknown) => void
interface Job {
  readonly inputData: unknown
  readonly userData: unknown
  readonly resolve: (userData: unknown) => void
  readonly reject: (error: unknown) => void
}

export class AsyncInferQueue {
  readonly #idle: InferRequest[]
  readonly #requests: readonly InferRequest[]
  readonly #waiting: Job[] = []
  #callback: Callback | undefined
  #released = false

  constructor(...args: readonly [compiledModel: CompiledModel, jobs?: number]) {
    matchSignature('AsyncInferQueue', args, [aCompiledModel], [aCompiledModel, anInteger])
    const [model, jobs = 0] = args
    if (jobs < 0) throw new RangeError(`Expected a number of jobs of at least 0 but received ${jobs}`)
    const count = jobs === 0 ? Number(model.getProperty('OPTIMAL_NUMBER_OF_INFER_REQUESTS')) : jobs
    this.#requests = Array.from({ length: count }, () => model.createInferRequest())
    this.#idle = [...this.#requests]
  }

  setCallback(...args: readonly [callback: Callback]): void {
    matchSignature('setCallback', args, [aFunction])
    this.#assertOpen()
    this.#callback = args[0]
  }

  startAsync(...args: readonly [inputData: object, userData?: unknown]): Promise<unknown> {
    if (args[1] !== undefined) matchSignature('startAsync', args.slice(0, 1), [anObject])
    else matchSignature('startAsync', args, [anObject])
    this.#assertOpen()
    if (this.#callback === undefined)
      throw new TypeError('Callback has to be set before starting inference: call setCallback()')
    const [inputData, userData] = args
    return new Promise((resolve, reject) => {
      this.#waiting.push({ inputData, userData, resolve, reject })
      this.#next()
    })
  }

  release(): void {
    this.#assertOpen()
    this.#released = true
    for (const { reject } of this.#waiting.splice(0)) reject(released())
    for (const request of this.#requests) request.dispose()
  }

  dispose(): void {
    if (!this.#released) this.release()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  #assertOpen(): void {
    if (this.#released) throw released()
  }

  #next(): void {
    if (this.#idle.length === 0 || this.#waiting.length === 0) return
    const request = this.#idle.shift()!
    void this.#run(request, this.#waiting.shift()!)
  }

  async #run(request: InferRequest, { inputData, userData, resolve, reject }: Job): Promise<void> {
    try {
      const error = await runOn(request, inputData)
      // As in openvino-node: what the callback throws rejects the job's promise.
      this.#callback?.(error, request, userData)
      if (error === null) resolve(userData)
      else reject(error)
    } catch (error) {
      reject(error)
    } finally {
      this.#idle.push(request)
      if (!this.#released) this.#next()
    }
  }
}

/** Runs a request on inputs, leaves its outputs in it, and gives what failed. */
async function runOn(request: InferRequest, inputData: unknown): Promise<Error | null> {
  try {
    await request.runAsync(inputData)
    return null
  } catch (error) {
    return error as Error
  }
}

const released = (): OpenVINOError => new OpenVINOError('DISPOSED', 'The AsyncInferQueue was released')
