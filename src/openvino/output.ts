// Inputs and outputs of models: openvino-node's Output (of a Model) and ConstOutput (of a CompiledModel).
import { Handle, keptBy, Native } from './handle.ts'
import { native } from './library.ts'
import { PartialShape } from './partial-shape.ts'
import { readPartialShape, readShape } from './shape.ts'
import { check, read, readString } from './status.ts'
import type { NativeFunction } from './signatures.ts'

/** How to find a port of a model: by index, by name, or the only one there is. */
export type PortKey = number | string | undefined

export class Output {
  readonly #handle: Handle
  readonly #key: PortKey

  constructor(from?: Native, model?: object, key?: PortKey) {
    this.#handle = new Handle(this, 'Output', from, (pointer) => {
      native().ov_output_const_port_free(pointer)
    })
    keptBy.set(this, model) // a native port does not keep its model alive
    this.#key = key
  }

  static is(value: unknown): value is Output {
    return typeof value === 'object' && value !== null && #handle in value
  }
  /** The native port, for calls of the binding. */
  static pointer(output: Output): bigint {
    return output.#handle.pointer
  }
  /** How this port was found in its model. */
  static key(output: Output): PortKey {
    return output.#key
  }

  get anyName(): string {
    return this.getAnyName()
  }

  get shape(): number[] {
    return this.getShape()
  }

  getAnyName(): string {
    return readString(native().ov_port_get_any_name, 'reading a port’s name', this.#handle.pointer)
  }

  getShape(): number[] {
    return readShape(native().ov_const_port_get_shape, 'reading a port’s shape', this.#handle.pointer)
  }

  getPartialShape(): PartialShape {
    return PartialShape.of(readPartialShape(this.#handle.pointer, 'reading a port’s partial shape'))
  }

  toString(): string {
    return this.getAnyName()
  }
}

/** A port of a compiled model, a class of its own as in openvino-node. */
export class ConstOutput extends Output {}

const typePlace = new Int32Array(new ArrayBuffer(4))

/** The element type of a port, OpenVINO's number. */
export function portElementCode(output: Output): number {
  check(native().ov_port_get_element_type(Output.pointer(output), typePlace), 'reading a port’s type')
  return typePlace[0]!
}

/** The name of a port; undefined if it has none. */
export function portName(output: Output): string | undefined {
  try {
    return output.getAnyName()
  } catch {
    return undefined
  }
}

/** The functions that give one kind of port of a model or compiled model. */
export interface PortFunctions {
  readonly only: NativeFunction
  readonly byName: NativeFunction
  readonly byIndex: NativeFunction
}

/** The native port of a model. */
export function findPort({ only, byName, byIndex }: PortFunctions, owner: bigint, key: PortKey): bigint {
  const action = 'finding an input or output'
  if (key === undefined) return read(only, action, owner)
  if (typeof key === 'string') return read(byName, action, owner, key)
  if (!Number.isInteger(key) || key < 0)
    throw new RangeError(`Expected an index of at least 0 but received ${key}`)
  return read(byIndex, action, owner, key)
}

/** {@link findPort} on its way into an {@link Output}. */
export const nativePort = (functions: PortFunctions, owner: bigint, key: PortKey): Native =>
  new Native(findPort(functions, owner, key))

/** The number of ports. */
export const countPorts = (count: NativeFunction, owner: bigint): number =>
  Number(read(count, 'counting inputs or outputs', owner))

/** Checks the argument of `input()` and `output()`. */
export function portKey(args: readonly unknown[]): PortKey {
  const [key] = args
  if (args.length > 1) throw new TypeError(`Invalid number of arguments -> ${args.length}`)
  if (key !== undefined && typeof key !== 'string' && typeof key !== 'number')
    throw new TypeError('Error while getting model outputs.')
  return key
}
