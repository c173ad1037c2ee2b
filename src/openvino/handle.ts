// A native object and its life: freed once, by dispose() or when its JavaScript owner was collected, and never while a
// call on another thread uses it.
import { OpenVINOError } from '../errors.ts'

/** Owners refer to their handle, never the other way round, or neither could be collected. */
const collected = new FinalizationRegistry<Handle>((handle) => {
  handle.dispose()
})

/** What must live as long as an object does, such as the memory that its native object reads. */
export const keptBy = new WeakMap<object, unknown>()

/** A native object on its way into the JavaScript object that will own it: nobody outside the binding can make one. */
export class Native {
  readonly pointer: bigint
  constructor(pointer: bigint) {
    this.pointer = pointer
  }
}

/** The native object behind a JavaScript object. */
export class Handle {
  readonly #kind: string
  readonly #free: (pointer: bigint) => void
  #pointer: bigint
  #uses = 0
  #disposed = false

  /**
   * @param owner - the object whose end is the native object's end
   * @param kind - what it is, for messages: `InferRequest`
   * @param from - undefined for an empty object, as openvino-node's constructors without arguments give
   */
  constructor(
    owner: object,
    kind: string,
    from: Native | bigint | undefined,
    free: (pointer: bigint) => void,
  ) {
    this.#kind = kind
    this.#pointer = (from instanceof Native ? from.pointer : from) ?? 0n
    this.#free = free
    if (this.#pointer !== 0n) collected.register(owner, this, this)
  }

  /** The native object, for a call that ends before anything else happens. */
  get pointer(): bigint {
    this.assertAlive()
    return this.#pointer
  }

  /** Throws after dispose(), and for an empty object. */
  assertAlive(): void {
    if (this.#disposed) throw new OpenVINOError('DISPOSED', `This ${this.#kind} was disposed`)
    if (this.#pointer === 0n)
      throw new TypeError(`This ${this.#kind} is empty: it was made by its constructor`)
  }

  /** Keeps the native object until `work` settled, even if it is disposed meanwhile. */
  async during<T>(work: (pointer: bigint) => Promise<T>): Promise<T> {
    const pointer = this.pointer
    this.#uses++
    try {
      return await work(pointer)
    } finally {
      this.#uses--
      if (this.#disposed) this.#freeIfUnused()
    }
  }

  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    collected.unregister(this)
    this.#freeIfUnused()
  }

  #freeIfUnused(): void {
    if (this.#uses > 0 || this.#pointer === 0n) return
    const pointer = this.#pointer
    this.#pointer = 0n
    this.#free(pointer)
  }
}
