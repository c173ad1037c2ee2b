// OpenVINO's entry point: openvino-node's Core over ov_core_t.
import { aBuffer, anInstance, anObject, aString, type ArgumentType, matchSignature } from './arguments.ts'
import { CompiledModel } from './compiled-model.ts'
import { Handle, keptBy, Native } from './handle.ts'
import { library, native } from './library.ts'
import { Model } from './model.ts'
import { fileSource, type ModelSource } from './model-source.ts'
import { notAvailable } from './not-available.ts'
import { nativeProperties, typedProperty } from './properties.ts'
import type { NativeFunction, NativeValue } from './signatures.ts'
import { check, read, readAsync, readString } from './status.ts'
import { Tensor } from './tensor.ts'
import type { OVAny, Version } from './types.ts'
import { version } from './version.ts'

const aModel = anInstance('Model', (value) => Model.is(value))
const aTensor = anInstance('Tensor', (value) => Tensor.is(value))
const MAX_DEVICES = 1000 // a list that says more is damaged

/** A native call whose last argument, still to come, is the place for its result. */
interface Call {
  readonly call: NativeFunction
  readonly action: string
  readonly args: readonly NativeValue[]
  /** The model or tensor among them. */
  readonly uses?: Handle
  /** Memory that the result goes on reading. */
  readonly pins?: unknown
}

export class Core {
  readonly #handle: Handle

  constructor() {
    const pointer = read(native().ov_core_create, 'creating a Core')
    this.#handle = new Handle(this, 'Core', pointer, (core) => {
      native().ov_core_free(core)
    })
  }

  readModelSync(...args: readonly unknown[]): Model {
    return this.#readSource(modelSource('readModelSync', args))
  }

  readModel(...args: readonly unknown[]): Promise<Model> {
    const source = modelSource('readModel', args)
    const call = this.#readCall(source)
    return this.#async(call).then((pointer) => this.#model(pointer, source, call.pins))
  }

  compileModelSync(...args: readonly unknown[]): CompiledModel {
    const { call, action, args: values, pins } = this.#compileCall('compileModelSync', args)
    return new CompiledModel(new Native(read(call, action, ...values)), pins)
  }

  compileModel(...args: readonly unknown[]): Promise<CompiledModel> {
    const call = this.#compileCall('compileModel', args)
    return this.#async(call).then((pointer) => new CompiledModel(new Native(pointer), call.pins))
  }

  importModelSync(...args: readonly unknown[]): CompiledModel {
    if (!Tensor.is(args[0]) && !(args[0] instanceof Uint8Array))
      throw new TypeError('The first argument must be of type Buffer.')
    if (typeof args[1] !== 'string') throw new TypeError('The second argument must be of type String.')
    if (args[2] !== undefined && !anObject.accepts(args[2]))
      throw new TypeError('Passed Napi::Value must be an object.')
    const { call, action, args: values } = this.#importCall('importModelSync', args)
    return new CompiledModel(new Native(read(call, action, ...values)))
  }

  importModel(...args: readonly unknown[]): Promise<CompiledModel> {
    return this.#async(this.#importCall('importModel', args)).then(
      (pointer) => new CompiledModel(new Native(pointer)),
    )
  }

  addExtension(...args: readonly [libraryPath: string]): void {
    matchSignature('addExtension', args, [aString])
    check(native().ov_core_add_extension(this.#handle.pointer, args[0]), `adding the extension ${args[0]}`)
  }

  getAvailableDevices(): string[] {
    const list = new BigUint64Array(2) // ov_available_devices_t: char **devices, size_t size
    const functions = native()
    check(functions.ov_core_get_available_devices(this.#handle.pointer, list), 'listing devices')
    try {
      const { koffi } = library()
      const count = Math.min(Number(list[1]), MAX_DEVICES)
      return Array.from({ length: count }, (_, i) => koffi.decode(list[0], i * 8, 'const char *') as string)
    } finally {
      functions.ov_available_devices_free(list)
    }
  }

  getVersions(...args: readonly unknown[]): Record<string, Version> {
    if (args.length === 0) throw new TypeError('getVersions() method expects 1 argument of string type.')
    const [device] = args
    if (typeof device !== 'string')
      throw new TypeError('The argument in getVersions() method must be a string or convertible to a string.')
    const list = new BigUint64Array(2) // ov_core_version_list_t: versions, size_t size
    const functions = native()
    check(
      functions.ov_core_get_versions_by_device_name(this.#handle.pointer, device, list),
      `reading the version of ${device}`,
    )
    try {
      const { koffi } = library()
      const text = (index: number) => koffi.decode(list[0], index * 8, 'const char *') as string
      const versions: Record<string, Version> = {}
      // ov_core_version_t: device_name, buildNumber, description
      for (let i = 0; i < Math.min(Number(list[1]), MAX_DEVICES); i++)
        versions[text(3 * i)] = version(text(3 * i + 1), text(3 * i + 2))
      return versions
    } finally {
      functions.ov_core_versions_free(list)
    }
  }

  getProperty(...args: readonly unknown[]): OVAny {
    const ofDevice = matchSignature('getProperty', args, [aString], [aString, aString]) === 1
    const [device, name] = (ofDevice ? args : ['', args[0]]) as [string, string]
    const action = `reading the property ${name}${ofDevice ? ` of ${device}` : ''}`
    return typedProperty(
      name,
      readString(native().ov_core_get_property, action, this.#handle.pointer, device, name),
    )
  }

  setProperty(...args: readonly unknown[]): void {
    const [device, values]: readonly unknown[] = typeof args[0] === 'string' ? args : [null, args[0]]
    if (!anObject.accepts(values)) throw new TypeError('Properties parameter must be an object')
    if (args.length > (device === null ? 1 : 2))
      throw new TypeError('setProperty applies 1 or 2 arguments only')
    const properties = nativeProperties(values as object)
    check(
      native().ov_core_set_properties(
        this.#handle.pointer,
        device as string | null,
        properties.length,
        properties,
      ),
      `setting the properties ${properties.map(({ key }) => key).join(', ')}`,
    )
  }

  queryModel(): never {
    throw notAvailable(
      'ask which operations a device supports',
      'Compile the model: that fails where one is not',
    )
  }

  dispose(): void {
    this.#handle.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  /** Runs a call on another thread; what it uses stays alive and undisposed meanwhile. */
  #async({ call, action, args, uses }: Call): Promise<bigint> {
    const run = () => this.#handle.during(() => readAsync(call, action, ...args))
    return uses === undefined ? run() : uses.during(run)
  }

  #readSource(source: ModelSource): Model {
    const { call, action, args, pins } = this.#readCall(source)
    return this.#model(read(call, action, ...args), source, pins)
  }

  #model(pointer: bigint, source: ModelSource, pins: unknown): Model {
    return new Model(new Native(pointer), pins, { source, read: () => this.#readSource(source) })
  }

  #readCall(source: ModelSource): Call {
    const core = this.#handle.pointer
    return 'path' in source
      ? {
          call: native().ov_core_read_model_unicode,
          action: `reading the model ${source.path}`,
          args: [core, source.path, source.weightsPath ?? null],
        }
      : {
          call: native().ov_core_read_model_from_memory_buffer,
          action: 'reading a model from memory',
          args: [core, source.text, source.text.length, Tensor.pointer(source.weights)],
          uses: Tensor.handle(source.weights),
          pins: Tensor.pins(source.weights),
        }
  }

  #compileCall(method: string, args: readonly unknown[]): Call {
    const signatures: ArgumentType[][] = [
      [aString, aString],
      [aModel, aString],
      [aString, aString, anObject],
      [aModel, aString, anObject],
    ]
    matchSignature(method, args, ...signatures)
    const [model, device, config = {}] = args as [string | Model, string, object?]
    const properties = nativeProperties(config)
    const values = [device, properties.length, properties]
    const core = this.#handle.pointer
    return typeof model === 'string'
      ? {
          call: native().ov_core_compile_model_from_file_unicode_props,
          action: `compiling ${model} for ${device}`,
          args: [core, model, ...values],
        }
      : {
          call: native().ov_core_compile_model_props,
          action: `compiling a model for ${device}`,
          args: [core, Model.handle(model).pointer, ...values],
          uses: Model.handle(model),
          pins: keptBy.get(model),
        }
  }

  #importCall(method: string, args: readonly unknown[]): Call {
    matchSignature(
      method,
      args,
      [aTensor, aString],
      [aBuffer, aString],
      [aTensor, aString, anObject],
      [aBuffer, aString, anObject],
    )
    const [source, device, config = {}] = args as [Tensor | Uint8Array, string, object?]
    if (Object.keys(config).length > 0)
      throw notAvailable(
        'import a model with properties',
        'Set them with core.setProperty(device, properties) before, or compile the model with them',
      )
    // A copy, for the bytes may change while another thread reads them.
    const bytes = Tensor.is(source) ? source.getData() : new Uint8Array(source)
    return {
      call: native().ov_core_import_model,
      action: `importing a model for ${device}`,
      args: [this.#handle.pointer, bytes, bytes.byteLength, device],
    }
  }
}

function modelSource(method: string, args: readonly unknown[]): ModelSource {
  const kind = matchSignature(
    method,
    args,
    [aString],
    [aString, aString],
    [aString, aTensor],
    [aBuffer],
    [aBuffer, aBuffer],
  )
  if (kind <= 1) return fileSource(args[0] as string, args[1] as string | undefined)
  // What is read may be changed by its owner as soon as this returns, so it is copied, as openvino-node does.
  return {
    text: Buffer.from(args[0] as string | Uint8Array),
    weights:
      kind === 2 ? (args[1] as Tensor) : copyOf((args[1] as Uint8Array | undefined) ?? new Uint8Array()),
  }
}

/** A tensor of u8 over a copy of `bytes`, in memory of JavaScript: the collector knows how much that is. */
const copyOf = (bytes: Uint8Array): Tensor => new Tensor('u8', [bytes.length], new Uint8Array(bytes))
