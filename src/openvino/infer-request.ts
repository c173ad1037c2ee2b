// Inference: openvino-node's InferRequest over ov_infer_request_t.
import { OpenVINOError } from '../errors.ts'
import { anInteger, anObject, aString, matchSignature } from './arguments.ts'
import type { CompiledModel } from './compiled-model.ts'
import { Handle, type Native } from './handle.ts'
import { native } from './library.ts'
import { Output } from './output.ts'
import type { NativeFunction } from './signatures.ts'
import { callAsync, check, read } from './status.ts'
import { copyTensor, Tensor, wrapTensor } from './tensor.ts'
import { assertAttached } from './tensor-memory.ts'
import type { SupportedTypedArray } from './types.ts'

type Tensors = Record<string, Tensor>
/** An input by its index or name. */
type InputKey = number | string
/** The ports of a compiled model by the names that they are set and read under. */
export interface NamedPorts {
  readonly inputs: ReadonlyMap<string, Output>
  /** The keys of results. */
  readonly outputs: ReadonlyMap<string, Output>
}

export class InferRequest {
  readonly #handle: Handle
  readonly #model: CompiledModel | undefined
  readonly #ports: NamedPorts | undefined
  /** What keeps the memory of the tensors that are set alive, by the names of their ports. */
  readonly #pins = new Map<string, readonly unknown[]>()
  /** The last run that was asked for, while there are any; runs wait for each other. */
  #last: Promise<void> | undefined
  #runs = 0
  /** The native request while it runs, which is longer than this object if that is disposed. */
  #running: bigint | undefined

  constructor(from?: Native, model?: CompiledModel, ports?: NamedPorts) {
    this.#handle = new Handle(this, 'InferRequest', from, (pointer) => {
      native().ov_infer_request_free(pointer)
    })
    this.#model = model
    this.#ports = ports
  }

  /** Throws while an inference runs, when tensors of this request must not be read, and after dispose(). */
  assertIdle(): void {
    this.#handle.assertAlive()
    if (this.#running !== undefined)
      throw new OpenVINOError('BUSY', 'An inference of this InferRequest is running; await it first')
  }

  infer(...args: readonly [inputData?: unknown]): Tensors {
    const inputs = args.length === 0 ? [] : this.#inputs(args, 'infer')
    this.assertIdle()
    this.#set(inputs)
    this.#assertMemory()
    check(native().ov_infer_request_infer(this.#handle.pointer), 'inference')
    return this.#results()
  }

  inferAsync(...args: readonly [inputData: unknown]): Promise<Tensors> {
    return this.#enqueue(this.#inputs(args, 'inferAsync')).then(() => this.#results())
  }

  runAsync(...args: readonly [inputData?: unknown]): Promise<void> {
    return this.#enqueue(args.length === 0 ? [] : this.#inputs(args, 'inferAsync'))
  }

  cancel(): void {
    if (this.#running !== undefined)
      check(native().ov_infer_request_cancel(this.#running), 'cancelling an inference')
  }

  getCompiledModel(): CompiledModel {
    this.#handle.assertAlive()
    return this.#model!
  }

  setTensor(...args: readonly unknown[]): void {
    const [name, tensor] = args
    if (args.length !== 2 || typeof name !== 'string' || !isObject(tensor))
      throw new TypeError('InferRequest.setTensor() invalid argument.')
    this.#setTensor(name, expectTensor(tensor, 1))
  }

  setInputTensor(...args: readonly [index: number | Tensor, tensor?: Tensor]): void {
    const [index, tensor] = indexAndTensor('setInputTensor', args)
    this.#setIndexed('input', index, tensor)
  }

  setOutputTensor(...args: readonly [index: number | Tensor, tensor?: Tensor]): void {
    const [index, tensor] = indexAndTensor('setOutputTensor', args)
    this.#setIndexed('output', index, tensor)
  }

  getTensor(...args: readonly unknown[]): Tensor {
    const [key] = args
    const request = this.#handle.pointer
    const action = 'getting a tensor'
    if (args.length === 1 && typeof key === 'string')
      return this.#wrap(read(native().ov_infer_request_get_tensor, action, request, key))
    matchSignature('getTensor', args, [aString], [anObject])
    if (!Output.is(key)) throw new TypeError('Argument #0 must be a string or an Output.')
    return this.#wrap(
      read(native().ov_infer_request_get_tensor_by_const_port, action, request, Output.pointer(key)),
    )
  }

  getInputTensor(...args: readonly [index?: number]): Tensor {
    matchSignature('getInputTensor', args, [], [anInteger])
    const functions = native()
    return this.#getIndexed(
      functions.ov_infer_request_get_input_tensor,
      functions.ov_infer_request_get_input_tensor_by_index,
      args[0],
    )
  }

  getOutputTensor(...args: readonly [index?: number]): Tensor {
    matchSignature('getOutputTensor', args, [], [anInteger])
    const functions = native()
    return this.#getIndexed(
      functions.ov_infer_request_get_output_tensor,
      functions.ov_infer_request_get_output_tensor_by_index,
      args[0],
    )
  }

  dispose(): void {
    this.#handle.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  /** The inputs of a call, checked before anything happens. */
  #inputs(args: readonly [inputData?: unknown], method: 'infer' | 'inferAsync'): [InputKey, Tensor][] {
    const [inputData] = args
    this.#handle.assertAlive()
    if (ArrayBuffer.isView(inputData))
      throw new TypeError(`TypedArray cannot be passed directly into ${method}() method.`)
    if (args.length !== 1 || !isObject(inputData))
      throw new TypeError(
        `${method === 'infer' ? 'Infer' : 'InferAsync'} method takes as an argument an array or an object.`,
      )
    const entries: [InputKey, unknown][] = Array.isArray(inputData)
      ? inputData.map((value, index) => [index, value])
      : Object.entries(inputData)
    return entries.map(([key, value]) => [key, this.#inputTensor(key, value, method)])
  }

  #inputTensor(key: InputKey, value: unknown, method: 'infer' | 'inferAsync'): Tensor {
    if (Tensor.is(value)) return value
    if (method === 'infer' && ArrayBuffer.isView(value) && !(value instanceof DataView)) {
      const like = typeof key === 'number' ? this.getInputTensor(key) : this.getTensor(key)
      const tensor = new Tensor(like.getElementType(), like.getShape(), value as SupportedTypedArray)
      like.dispose()
      return tensor
    }
    throw new TypeError(
      isObject(value)
        ? 'Invalid argument: an input must be a Tensor.'
        : 'Cannot create a tensor from the passed Napi::Value.',
    )
  }

  #set(inputs: readonly [InputKey, Tensor][]): void {
    for (const [key, tensor] of inputs) {
      if (typeof key === 'number') this.#setIndexed('input', key, tensor)
      else this.#setTensor(key, tensor)
    }
  }

  /** An array under a tensor that is set may have been transferred since. */
  #assertMemory(): void {
    for (const pins of this.#pins.values()) assertAttached(pins)
  }

  #setTensor(name: string, tensor: Tensor): void {
    this.assertIdle()
    check(
      native().ov_infer_request_set_tensor(this.#handle.pointer, name, Tensor.pointer(tensor)),
      `setting the tensor ${name}`,
    )
    this.#pins.set(name, Tensor.pins(tensor))
  }

  #setIndexed(side: 'input' | 'output', index: number | undefined, tensor: Tensor): void {
    this.assertIdle()
    const request = this.#handle.pointer
    const pointer = Tensor.pointer(tensor)
    const functions = native()
    const only =
      side === 'input'
        ? functions.ov_infer_request_set_input_tensor
        : functions.ov_infer_request_set_output_tensor
    const byIndex =
      side === 'input'
        ? functions.ov_infer_request_set_input_tensor_by_index
        : functions.ov_infer_request_set_output_tensor_by_index
    const status = index === undefined ? only(request, pointer) : byIndex(request, index, pointer)
    check(status, `setting the ${side} tensor ${index ?? ''}`.trimEnd())
    const names = [...this.#ports![`${side}s`].keys()]
    this.#pins.set(names[index ?? 0]!, Tensor.pins(tensor))
  }

  #getIndexed(only: NativeFunction, byIndex: NativeFunction, index: number | undefined): Tensor {
    const action = 'getting a tensor'
    const request = this.#handle.pointer
    return this.#wrap(
      index === undefined ? read(only, action, request) : read(byIndex, action, request, index),
    )
  }

  #wrap(tensor: bigint): Tensor {
    return wrapTensor(tensor, { owner: this, pins: Array.from(this.#pins.values()) })
  }

  /** Runs on `inputs` after the runs before it, at once if there are none. */
  #enqueue(inputs: readonly [InputKey, Tensor][]): Promise<void> {
    const run = () => this.#run(inputs)
    this.#runs++
    const done = this.#last === undefined ? run() : this.#last.then(run, run)
    if (this.#runs > 0) this.#last = done // else it has failed already
    return done
  }

  async #run(inputs: readonly [InputKey, Tensor][]): Promise<void> {
    try {
      this.#set(inputs)
      this.#assertMemory()
      await this.#handle.during((pointer) => this.#start(pointer))
    } finally {
      if (--this.#runs === 0) this.#last = undefined
    }
  }

  /** Starting returns at once, on this thread, so that cancel() finds a run that has begun; another thread waits. */
  async #start(pointer: bigint): Promise<void> {
    const { ov_infer_request_start_async: start, ov_infer_request_wait: wait } = native()
    check(start(pointer), 'starting an inference')
    this.#running = pointer
    try {
      await callAsync(wait, [pointer], 'inference')
    } catch (error) {
      // Where no other thread could wait, this one does: nothing may go on while an inference runs.
      if (!(error instanceof OpenVINOError)) wait(pointer)
      throw error
    } finally {
      this.#running = undefined
    }
  }

  /** Copies of all outputs. */
  #results(): Tensors {
    const results: Tensors = {}
    const request = this.#handle.pointer
    for (const [name, output] of this.#ports!.outputs) {
      const tensor = read(
        native().ov_infer_request_get_tensor_by_const_port,
        'getting an output',
        request,
        Output.pointer(output),
      )
      try {
        results[name] = copyTensor(tensor)
      } finally {
        native().ov_tensor_free(tensor)
      }
    }
    return results
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

function expectTensor(value: unknown, index: number): Tensor {
  if (Tensor.is(value)) return value
  throw new TypeError(`Argument #${index} must be a Tensor.`)
}

/** The arguments of setInputTensor and setOutputTensor: an index and a tensor, or the tensor of the only port. */
function indexAndTensor(
  method: string,
  args: readonly unknown[],
): [index: number | undefined, tensor: Tensor] {
  if (args.length === 1 && isObject(args[0])) return [undefined, expectTensor(args[0], 0)]
  const [index, tensor] = args
  if (args.length !== 2 || typeof index !== 'number' || !isObject(tensor))
    throw new TypeError(`InferRequest.${method}() invalid argument.`)
  if (!Number.isInteger(index) || index < 0)
    throw new RangeError(`Expected an index of at least 0 but received ${index}`)
  return [index, expectTensor(tensor, 1)]
}
