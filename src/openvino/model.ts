// Models that are read and not yet compiled: openvino-node's Model over ov_model_t.
import { anInteger, anObject, aString, expectNoArguments, matchSignature } from './arguments.ts'
import { elementName } from './element.ts'
import { Handle, keptBy, type Native } from './handle.ts'
import { native } from './library.ts'
import {
  countPorts,
  findPort,
  nativePort,
  Output,
  portElementCode,
  type PortFunctions,
  type PortKey,
  portKey,
} from './output.ts'
import { PartialShape } from './partial-shape.ts'
import { nativePartialShape, type PartialDimensions } from './shape.ts'
import { assertUnchanged, type ModelSource } from './model-source.ts'
import { notAvailable } from './not-available.ts'
import { check, readString } from './status.ts'

const inputs = (): PortFunctions => ({
  only: native().ov_model_const_input,
  byName: native().ov_model_const_input_by_name,
  byIndex: native().ov_model_const_input_by_index,
})
const outputs = (): PortFunctions => ({
  only: native().ov_model_const_output,
  byName: native().ov_model_const_output_by_name,
  byIndex: native().ov_model_const_output_by_index,
})
/** Ports that can be changed, for reshaping. */
const changeableInputs = (): PortFunctions => ({
  only: native().ov_model_input,
  byName: native().ov_model_input_by_name,
  byIndex: native().ov_model_input_by_index,
})

/** What a model was read from, and how to read that again. */
interface Origin {
  readonly source: ModelSource
  readonly read: () => Model
}
type NewShapes = readonly (readonly [key: PortKey, shape: PartialDimensions])[]

export class Model {
  readonly #handle: Handle
  readonly #origin: Origin | undefined
  /** What was done to the model since it was read, to do it to a clone; undefined when that cannot be repeated. */
  #reshapes: NewShapes[] | undefined = []
  #friendlyName = ''

  /** @param pins - memory that the model reads: weights on an array of JavaScript */
  constructor(from?: Native, pins?: unknown, origin?: Origin) {
    this.#handle = new Handle(this, 'Model', from, (pointer) => {
      native().ov_model_free(pointer)
    })
    keptBy.set(this, pins)
    this.#origin = origin
  }

  static is(value: unknown): value is Model {
    return typeof value === 'object' && value !== null && #handle in value
  }
  static handle(model: Model): Handle {
    return model.#handle
  }
  /** Says that the model is no longer what its source says, in a way that cannot be repeated. */
  static changed(model: Model): void {
    model.#reshapes = undefined
  }
  /** What the model was read from, if it is still that. */
  static source(model: Model): ModelSource | undefined {
    model.#handle.assertAlive()
    return model.#reshapes?.length === 0 ? model.#origin?.source : undefined
  }

  clone(...args: readonly unknown[]): Model {
    matchSignature('clone', args, [])
    this.#handle.assertAlive()
    if (this.#origin === undefined || this.#reshapes === undefined)
      throw notAvailable(
        'clone a model that a PrePostProcessor changed',
        'Read the model from its file again',
      )
    assertUnchanged(this.#origin.source)
    const copy = this.#origin.read()
    for (const shapes of this.#reshapes) copy.#reshape(shapes)
    copy.#friendlyName = this.#friendlyName
    return copy
  }

  getFriendlyName(...args: readonly unknown[]): string {
    expectNoArguments(args, 'getFriendlyName() does not take any arguments')
    const name = readString(
      native().ov_model_get_friendly_name,
      'reading a model’s name',
      this.#handle.pointer,
    )
    return this.#friendlyName || name
  }

  setFriendlyName(...args: readonly unknown[]): void {
    if (args.length !== 1 || typeof args[0] !== 'string')
      throw new TypeError('Expected a single string argument for the friendly name')
    this.#handle.assertAlive()
    this.#friendlyName = args[0]
  }

  getName(): never {
    throw notAvailable('give the unique name of a model', 'getFriendlyName() gives the name in the file')
  }

  getOps(): never {
    throw notAvailable('list the operations of a model', 'They are the <layer>s of the IR’s .xml')
  }

  isDynamic(...args: readonly unknown[]): boolean {
    expectNoArguments(args, 'isDynamic() does not accept any arguments.')
    return native().ov_model_is_dynamic(this.#handle.pointer)
  }

  getOutputSize(...args: readonly unknown[]): number {
    expectNoArguments(args, 'getOutputSize() does not accept any arguments.')
    return countPorts(native().ov_model_outputs_size, this.#handle.pointer)
  }

  getOutputShape(...args: readonly unknown[]): number[] {
    if (args.length !== 1 || typeof args[0] !== 'number')
      throw new TypeError('Invalid argument. Expected a single number.')
    return this.output(args[0]).getShape()
  }

  getOutputElementType(...args: readonly [index: number]): string {
    matchSignature('getOutputElementType', args, [anInteger])
    return elementName(portElementCode(this.output(args[0])))
  }

  input(...args: readonly [key?: number | string]): Output {
    return this.#port(inputs(), portKey(args))
  }

  output(...args: readonly [key?: number | string]): Output {
    return this.#port(outputs(), portKey(args))
  }

  get inputs(): Output[] {
    const count = countPorts(native().ov_model_inputs_size, this.#handle.pointer)
    return Array.from({ length: count }, (_, index) => this.input(index))
  }

  get outputs(): Output[] {
    return Array.from({ length: this.getOutputSize() }, (_, index) => this.output(index))
  }

  reshape(...args: readonly [shapes: unknown, variablesShapes?: object]): this {
    const [shapes, variablesShapes = {}] = args
    matchSignature('reshape', args, [aString], [anObject], [aString, anObject], [anObject, anObject])
    if (Object.keys(variablesShapes).length > 0)
      throw notAvailable('reshape the states of a model', 'Write the shapes of its states into the model')
    const entries = shapes instanceof Map ? [...(shapes as Map<unknown, unknown>)] : [[undefined, shapes]]
    this.#reshape(
      entries.map(([key, shape]) => [
        Output.is(key) ? this.#keyOf(key) : portKey([key]),
        PartialShape.dimensions(shape),
      ]),
    )
    return this
  }

  dispose(): void {
    this.#handle.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  #keyOf(output: Output): PortKey {
    if (keptBy.get(output) !== this) throw new TypeError('The Output is not an input of this Model')
    return Output.key(output)
  }

  #port(functions: PortFunctions, key: PortKey): Output {
    return new Output(nativePort(functions, this.#handle.pointer, key), this, key)
  }

  #reshape(shapes: NewShapes): void {
    const model = this.#handle.pointer
    const ports: bigint[] = []
    try {
      for (const [key] of shapes) ports.push(findPort(changeableInputs(), model, key))
      check(
        native().ov_model_reshape_by_ports(
          model,
          BigUint64Array.from(ports),
          shapes.map(([, shape]) => nativePartialShape(shape)),
          shapes.length,
        ),
        'reshaping the model',
      )
    } finally {
      for (const port of ports) native().ov_output_port_free(port)
    }
    this.#reshapes?.push(shapes)
  }
}
