// What crosses between the main thread and the worker that runs ONNX Runtime. Tensors cross as plain objects: the
// class does not survive a structured clone.
import type { BOX_REFINER_GRAPH } from '../architecture/box-refiner.ts'
import type { DetailedName } from '../architecture/layer-outputs.ts'
import type { TensorLike } from '../tensor.ts'
import type { OnnxPart } from './emitter.ts'

/** A tensor as it crosses; its values are copied. */
export interface PlainTensor {
  readonly type: 'float32' | 'int64'
  readonly dims: readonly number[]
  readonly data: Float32Array | BigInt64Array
}
export type PlainTensors = Readonly<Record<string, PlainTensor>>

/** What the worker is started with. */
export interface WorkerData {
  readonly parts: Readonly<Record<PartName, OnnxPart>>
  readonly threads: number | undefined
  /** One number in shared memory: not 0 when what still waits need not be done any more. */
  readonly ended: Int32Array
}
export type PartName = 'vision' | 'projection' | 'text'
/** A session: a part, or what is opened when it is first needed: a part's graph with outputs for each layer, the box refiner. */
export type SessionName = PartName | DetailedName | typeof BOX_REFINER_GRAPH

export type Request =
  /** Opens the sessions. */
  | { readonly kind: 'open' }
  /** Opens one more. */
  | { readonly kind: 'openMore'; readonly name: SessionName; readonly part: OnnxPart }
  /** Runs a part without a cache. */
  | {
      readonly kind: 'run'
      readonly session: SessionName
      readonly feeds: PlainTensors
      readonly fetches: readonly string[]
    }
  /** Runs the text part on the cache of a decoder, which begins empty at its first step. */
  | {
      readonly kind: 'step'
      readonly session: SessionName
      readonly decoder: number
      readonly feeds: PlainTensors
      readonly fetches: readonly string[]
      readonly beam_idx: readonly number[] | undefined
    }
  | { readonly kind: 'closeDecoder'; readonly decoder: number }
  /** Ends the thread. */
  | { readonly kind: 'end' }

export interface Message {
  readonly id: number
  readonly request: Request
}
export type Reply =
  | { readonly id: number; readonly tensors: PlainTensors }
  | { readonly id: number; readonly error: { readonly message: string } }

/** The part of a tensor that crosses. @throws {TypeError} if it is neither float32 nor int64 */
export function plain(tensor: TensorLike): PlainTensor {
  const { type, dims, data } = tensor
  if (
    (type === 'float32' && data instanceof Float32Array) ||
    (type === 'int64' && data instanceof BigInt64Array)
  )
    return { type, dims, data }
  throw new TypeError(`Expected a float32 or int64 tensor but received a ${type} tensor`)
}
