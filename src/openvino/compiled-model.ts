// Compiled models: openvino-node's CompiledModel over ov_compiled_model_t.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { anObject, aString, expectNoArguments, matchSignature } from './arguments.ts'
import { Handle, keptBy, Native } from './handle.ts'
import { InferRequest, type NamedPorts } from './infer-request.ts'
import { native } from './library.ts'
import { ConstOutput, countPorts, nativePort, type PortFunctions, portKey, portName } from './output.ts'
import { nativeProperties, typedProperty } from './properties.ts'
import { check, read, readString } from './status.ts'
import type { OVAny } from './types.ts'

const inputs = (): PortFunctions => ({
  only: native().ov_compiled_model_input,
  byName: native().ov_compiled_model_input_by_name,
  byIndex: native().ov_compiled_model_input_by_index,
})
const outputs = (): PortFunctions => ({
  only: native().ov_compiled_model_output,
  byName: native().ov_compiled_model_output_by_name,
  byIndex: native().ov_compiled_model_output_by_index,
})

export class CompiledModel {
  readonly #handle: Handle
  #namedPorts: NamedPorts | undefined

  /** @param pins - memory that the compiled model may still read: weights that lie on an array of JavaScript */
  constructor(from?: Native, pins?: unknown) {
    this.#handle = new Handle(this, 'CompiledModel', from, (pointer) => {
      native().ov_compiled_model_free(pointer)
    })
    keptBy.set(this, pins)
  }

  static is(value: unknown): value is CompiledModel {
    return typeof value === 'object' && value !== null && #handle in value
  }

  createInferRequest(...args: readonly unknown[]): InferRequest {
    expectNoArguments(args, 'createInferRequest() does not accept any arguments.')
    const request = read(
      native().ov_compiled_model_create_infer_request,
      'creating an inference request',
      this.#handle.pointer,
    )
    return new InferRequest(new Native(request), this, this.#ports())
  }

  input(...args: readonly [key?: number | string]): ConstOutput {
    const key = portKey(args)
    return new ConstOutput(nativePort(inputs(), this.#handle.pointer, key), this, key)
  }

  output(...args: readonly [key?: number | string]): ConstOutput {
    const key = portKey(args)
    return new ConstOutput(nativePort(outputs(), this.#handle.pointer, key), this, key)
  }

  get inputs(): ConstOutput[] {
    const count = countPorts(native().ov_compiled_model_inputs_size, this.#handle.pointer)
    return Array.from({ length: count }, (_, index) => this.input(index))
  }

  get outputs(): ConstOutput[] {
    const count = countPorts(native().ov_compiled_model_outputs_size, this.#handle.pointer)
    return Array.from({ length: count }, (_, index) => this.output(index))
  }

  getProperty(...args: readonly [name: string]): OVAny {
    matchSignature('getProperty', args, [aString])
    const [name] = args
    const text = readString(
      native().ov_compiled_model_get_property,
      `reading the property ${name}`,
      this.#handle.pointer,
      name,
    )
    return typedProperty(name, text)
  }

  setProperty(...args: readonly [properties: object]): void {
    matchSignature('setProperty', args, [anObject])
    const properties = nativeProperties(args[0])
    check(
      native().ov_compiled_model_set_properties(this.#handle.pointer, properties.length, properties),
      'setting properties of a compiled model',
    )
  }

  /** The C library exports to a file only: one that nobody else can read, gone when this returns. */
  exportModelSync(...args: readonly unknown[]): Buffer {
    expectNoArguments(args, 'exportModelSync() does not accept any arguments.')
    const folder = mkdtempSync(join(tmpdir(), 'kosmos2-openvino-'))
    try {
      const path = join(folder, 'model.blob')
      check(native().ov_compiled_model_export_model(this.#handle.pointer, path), 'exporting a compiled model')
      return readFileSync(path)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  dispose(): void {
    this.#handle.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  /** Found once, for all requests. */
  #ports(): NamedPorts {
    this.#namedPorts ??= { inputs: byName('input', this.inputs), outputs: byName('output', this.outputs) }
    return this.#namedPorts
  }
}

/** A port without a name gets `input_` or `output_` and its index. */
const byName = (side: string, ports: readonly ConstOutput[]): Map<string, ConstOutput> =>
  new Map(ports.map((port, index) => [portName(port) ?? `${side}_${index}`, port]))
