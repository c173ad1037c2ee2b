// One inference request of a compiled part, with the state inside it and the arrays under its inputs and outputs.
import type { LimitFunction } from 'p-limit'
import type { CompiledModel, InferRequest, NodeAddon, Tensor as NativeTensor } from '../openvino/types.ts'
import { float32, type Tensor, type TensorLike } from '../tensor.ts'

/** Inputs by name: float32, int64 or int32. */
export type Feeds = Readonly<Record<string, TensorLike>>
/** Of each output, all of which are float32. */
export type Shapes<Name extends string> = Readonly<Record<Name, readonly number[]>>

export interface Running {
  /**
   * Runs once. One call after the other.
   * @param outputs - of all outputs of the part
   * @returns the outputs, in memory that the next run of this request may write to
   * @throws the signal's reason, and what OpenVINO says
   */
  infer<Name extends string>(
    feeds: Feeds,
    outputs: Shapes<Name>,
    signal: AbortSignal | undefined,
  ): Promise<Record<Name, Tensor>>
  /** Ends what runs, and frees the request and its state. May be called twice. */
  dispose(): Promise<void>
}

const ELEMENTS = {
  float32: { element: 'f32', ArrayClass: Float32Array },
  int64: { element: 'i64', ArrayClass: BigInt64Array },
  int32: { element: 'i32', ArrayClass: Int32Array },
} as const
type ElementName = keyof typeof ELEMENTS
type ElementArray = Float32Array | BigInt64Array | Int32Array

/**
 * @param limit - how many requests run at once
 * @param onDispose - called when the request is freed
 */
export function startRequest(
  ov: NodeAddon,
  model: CompiledModel,
  limit: LimitFunction,
  onDispose: () => void,
): Running {
  const request: InferRequest = model.createInferRequest()
  const placed = new Map<string, { tensor: NativeTensor; dims: readonly number[]; array: ElementArray }>()
  let current: Promise<unknown> = Promise.resolve()
  let disposed = false
  const expectOpen = (cause?: unknown) => {
    if (disposed) throw new Error('The model was disposed', { cause })
  }
  /**
   * The array that OpenVINO reads an input from or writes an output to. It stays until the shape is another, so that a
   * token after a token costs few calls and no copy of its logits.
   */
  const place = (name: string, type: ElementName, dims: readonly number[]): ElementArray => {
    const known = placed.get(name)
    if (known !== undefined && isSame(known.dims, dims)) return known.array
    const { element, ArrayClass } = ELEMENTS[type]
    const array = new ArrayClass(dims.reduce((a, b) => a * b, 1))
    const tensor = new ov.Tensor(element, [...dims], array)
    request.setTensor(name, tensor)
    known?.tensor.dispose?.()
    placed.set(name, { tensor, dims, array })
    return array
  }

  return {
    async infer<Name extends string>(feeds: Feeds, outputs: Shapes<Name>, signal: AbortSignal | undefined) {
      expectOpen()
      signal?.throwIfAborted()
      const cancel = () => request.cancel?.()
      signal?.addEventListener('abort', cancel, { once: true })
      const running = limit(async () => {
        expectOpen()
        signal?.throwIfAborted()
        for (const [name, { type, dims, data }] of Object.entries(feeds))
          place(name, type as ElementName, dims).set(data as never)
        const results = Object.entries<readonly number[]>(outputs).map(([name, dims]) => [
          name,
          float32(place(name, 'float32', dims) as Float32Array, dims),
        ])
        // Without copies of the outputs where the binding can.
        await (request.runAsync === undefined ? request.inferAsync({}) : request.runAsync())
        return Object.fromEntries(results) as Record<Name, Tensor>
      })
      current = running.catch(() => undefined)
      try {
        const results = await running
        signal?.throwIfAborted()
        expectOpen()
        return results
      } catch (error) {
        signal?.throwIfAborted()
        expectOpen(error)
        throw error
      } finally {
        signal?.removeEventListener('abort', cancel)
      }
    },
    async dispose() {
      if (disposed) return
      disposed = true
      request.cancel?.()
      await current
      for (const { tensor } of placed.values()) tensor.dispose?.()
      request.dispose?.()
      onDispose()
    },
  }
}

const isSame = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((dim, i) => dim === b[i])
