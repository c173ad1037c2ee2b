// The types of OpenVINO for Node, member for member those of `openvino-node` (types/addon.d.ts), so that code written
// against one runs on the other. Optional members are additions of this library, which the user's own `openvino-node`
// lacks.

// The shape is openvino-node's, too: a class is the interface of its objects with `new` among the members, and a method
// has one signature for each way to call it.
/* eslint-disable @typescript-eslint/no-misused-new, @typescript-eslint/unified-signatures */

/** Arrays that hold a tensor's elements; which one goes with which type is {@link element}'s table. */
export type SupportedTypedArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array

/** The names of the element types a tensor of JavaScript may have. */
export type elementTypeString =
  'u8' | 'u32' | 'u16' | 'u64' | 'i8' | 'i64' | 'i32' | 'i16' | 'f64' | 'f32' | 'string'

/** The value of a property. */
export type OVAny = string | number | boolean

/** Properties that are lists of names: `getProperty` gives an array of strings. */
export type NameListProperty =
  'SUPPORTED_PROPERTIES' | 'AVAILABLE_DEVICES' | 'EXECUTION_DEVICES' | 'OPTIMIZATION_CAPABILITIES'

/** Properties that are ranges: `getProperty` gives an array of numbers, `[least, most]` or `[least, most, step]`. */
export type RangeProperty = 'RANGE_FOR_ASYNC_INFER_REQUESTS' | 'RANGE_FOR_STREAMS'

/** The version of the runtime or of a device's plugin; `String(version)` gives it in readable lines. */
export interface Version {
  /** For example `2026.4.1-22021-abcdef`. */
  buildNumber: string
  /** What it is the version of. */
  description: string
  toString(): string
}

/** Frees the native object at once instead of when JavaScript collects its owner. */
interface Disposable {
  /**
   * Frees the native object now; any later use throws {@link OpenVINOError} with code `DISPOSED`. Safe while a call of
   * this object is under way (the object is freed when that call ends) and when called twice. Not in `openvino-node`.
   */
  dispose?(): void
}

/** OpenVINO's entry point: reads, compiles and imports models, knows the devices and their properties. */
export interface Core extends Disposable {
  new (): Core
  /**
   * Registers a library of custom operations.
   * @param libraryPath - path of a library that exports `ov::Extension`s
   */
  addExtension(libraryPath: string): void
  /**
   * Compiles a model for a device without blocking the event loop. Wrong arguments throw, they do not reject.
   * @param model - what {@link Core.readModel} gave
   * @param deviceName - such as `CPU`, `GPU.0`, `AUTO`; {@link Core.getAvailableDevices} lists them
   * @param config - properties of this compilation alone
   */
  compileModel(model: Model, deviceName: string, config?: Record<string, OVAny>): Promise<CompiledModel>
  /** Reads and compiles a model file; with a cache folder set this may take it from there. */
  compileModel(modelPath: string, deviceName: string, config?: Record<string, OVAny>): Promise<CompiledModel>
  /** {@link Core.compileModel}, blocking. */
  compileModelSync(model: Model, deviceName: string, config?: Record<string, OVAny>): CompiledModel
  compileModelSync(modelPath: string, deviceName: string, config?: Record<string, OVAny>): CompiledModel
  /** The devices of this machine, such as `['CPU', 'GPU']`; several of one kind have `.0`, `.1` behind the name. */
  getAvailableDevices(): string[]
  /** Lists come as arrays, as `openvino-node` gives them; everything else as string, number or boolean. */
  getProperty(propertyName: NameListProperty): string[]
  getProperty(propertyName: RangeProperty): number[]
  getProperty(propertyName: string): OVAny
  getProperty(deviceName: string, propertyName: NameListProperty): string[]
  getProperty(deviceName: string, propertyName: RangeProperty): number[]
  getProperty(deviceName: string, propertyName: string): OVAny
  /** The versions of a device's plugins, by device. */
  getVersions(deviceName: string): { [deviceName: string]: Version }
  /**
   * Loads what {@link CompiledModel.exportModelSync} gave, without blocking the event loop.
   * @param modelTensor - the bytes, type u8, shape `[bytes]`
   * @param device - the device it was compiled for
   * @param config - none through `libopenvino_c`: anything in it throws `NOT_AVAILABLE`
   */
  importModel(modelTensor: Tensor, device: string, config?: Record<string, OVAny>): Promise<CompiledModel>
  importModel(modelStream: Buffer, device: string, config?: Record<string, OVAny>): Promise<CompiledModel>
  /** {@link Core.importModel}, blocking. */
  importModelSync(modelTensor: Tensor, device: string, config?: Record<string, OVAny>): CompiledModel
  importModelSync(modelStream: Buffer, device: string, config?: Record<string, OVAny>): CompiledModel
  /**
   * Reads a model without blocking the event loop. Wrong arguments throw, they do not reject.
   * @param modelPath - an IR (.xml), ONNX, TensorFlow, TensorFlow Lite or PaddlePaddle file
   * @param weightsPath - the IR's weights (.bin); without it the file of the same name
   */
  readModel(modelPath: string, weightsPath?: string): Promise<Model>
  /** @param model - the model's text @param weights - its weights; the model shares their memory */
  readModel(model: string, weights: Tensor): Promise<Model>
  /** @param modelBuffer - the model's bytes @param weightsBuffer - its weights; both are copied */
  readModel(modelBuffer: Uint8Array, weightsBuffer?: Uint8Array): Promise<Model>
  /** {@link Core.readModel}, blocking. */
  readModelSync(modelPath: string, weightsPath?: string): Model
  readModelSync(model: string, weights: Tensor): Model
  readModelSync(modelBuffer: Uint8Array, weightsBuffer?: Uint8Array): Model
  /** Sets properties of all devices, or of one. */
  setProperty(properties: Record<string, OVAny>): void
  setProperty(deviceName: string, properties: Record<string, OVAny>): void
  /** Which operations a device supports. Through `libopenvino_c` this throws `NOT_AVAILABLE`. */
  queryModel(model: Model, deviceName: string, properties?: Record<string, OVAny>): { [key: string]: string }
}

/** A model that was read and not yet compiled. */
export interface Model extends Disposable {
  new (): Model
  /**
   * A copy of the model. Through `libopenvino_c` the model is read again from its source and reshaped alike; after a
   * {@link PrePostProcessor} changed it, it throws `NOT_AVAILABLE`.
   */
  clone(): Model
  /** The name in the file, or what {@link Model.setFriendlyName} set. */
  getFriendlyName(): string
  /** The unique name. Through `libopenvino_c` this throws `NOT_AVAILABLE`. */
  getName(): string
  /** The model's operations. Through `libopenvino_c` this throws `NOT_AVAILABLE`. */
  getOps(): Node[]
  /** The shape of an output, which must be static. */
  getOutputShape(index: number): number[]
  getOutputSize(): number
  /** The element type of an output, such as `f32`. */
  getOutputElementType(index: number): string
  /** The only input; several throw. */
  input(): Output
  input(name: string): Output
  input(index: number): Output
  /** Whether any shape in the model is unknown until it runs. */
  isDynamic(): boolean
  /** The only output; several throw. */
  output(): Output
  output(name: string): Output
  output(index: number): Output
  /** Names this object for {@link Model.getFriendlyName}; an empty string takes the name away again. */
  setFriendlyName(name: string): void
  /**
   * Gives the only input another shape, in place.
   * @param variablesShapes - shapes of states; through `libopenvino_c` any of them throws `NOT_AVAILABLE`
   * @returns this model
   */
  reshape(partialShape: PartialShape | string, variablesShapes?: Record<string, PartialShape | string>): Model
  /** Gives several inputs other shapes; a key is an input's index, name or {@link Output}. */
  reshape(
    partialShapes: Map<number | string | Output, PartialShape | string>,
    variablesShapes?: Record<string, PartialShape | string>,
  ): Model
  inputs: Output[]
  outputs: Output[]
}

/** An operation of a model. */
export interface Node {
  new (): Node
  getName(): string
}

/** A model compiled for a device. */
export interface CompiledModel extends Disposable {
  new (): CompiledModel
  inputs: Output[]
  outputs: Output[]
  /** As {@link Core.getProperty}; that lists come as arrays is missing from the type, as in `openvino-node`. */
  getProperty(propertyName: string): OVAny
  /** A new request; requests of one compiled model run and keep states apart from each other. */
  createInferRequest(): InferRequest
  /** The compiled model's bytes, for {@link Core.importModel}. */
  exportModelSync(): Buffer
  /** The only output; several throw. */
  output(): Output
  output(index: number): Output
  output(name: string): Output
  /** The only input; several throw. */
  input(): Output
  input(index: number): Output
  input(name: string): Output
  setProperty(properties: Record<string, OVAny>): void
}

/**
 * A tensor in memory that native code reads and writes. Made over a typed array it shares that array's memory, and
 * keeps the array alive; do not transfer the array to another thread while the tensor is in use.
 */
export interface Tensor extends Disposable {
  /** A tensor of zeros. */
  new (type: element | elementTypeString, shape: number[]): Tensor
  /** A tensor over `tensorData`, which starts at byte 0 of its buffer and fills it. */
  new (type: element | elementTypeString, shape: number[], tensorData: SupportedTypedArray): Tensor
  /** A tensor of strings, shape `[tensorData.length]`. */
  new (tensorData: string[]): Tensor
  /** Reading gives a copy of the elements; setting copies into the tensor an array of its type and size. */
  data: SupportedTypedArray
  getElementType(): element
  /** {@link Tensor.data}. */
  getData(): SupportedTypedArray
  getShape(): number[]
  /** The number of elements. */
  getSize(): number
  isContinuous(): boolean
  /** Changes the shape in place; a tensor over an array cannot outgrow it. */
  setShape(shape: number[]): void
  /** Copies the elements into a tensor of the same type and shape. */
  copyTo(tensor: Tensor): void
  /**
   * Copies elements from `start` on into `target` without allocating anything, and returns `target`; its length says
   * how many. Not in `openvino-node`.
   * @param target - an array of the tensor's type
   * @param start - the first element; 0 unless given
   */
  copyInto?<T extends SupportedTypedArray>(target: T, start?: number): T
}

/** Runs a compiled model on tensors. One run at a time; a stateful model's state lives here. */
export interface InferRequest extends Disposable {
  new (): InferRequest
  /** Runs, blocking, and gives copies of all outputs by name. */
  infer(): { [outputName: string]: Tensor }
  infer(inputData: { [inputName: string]: Tensor | SupportedTypedArray }): { [outputName: string]: Tensor }
  infer(inputData: Tensor[] | SupportedTypedArray[]): { [outputName: string]: Tensor }
  /**
   * Runs without blocking the event loop and gives copies of all outputs by name. Calls while one is under way wait
   * for their turn. Wrong arguments throw, they do not reject.
   */
  inferAsync(inputData: { [inputName: string]: Tensor } | Tensor[]): Promise<{ [outputName: string]: Tensor }>
  getCompiledModel(): CompiledModel
  getInputTensor(): Tensor
  getInputTensor(idx: number): Tensor
  getOutputTensor(): Tensor
  getOutputTensor(idx?: number): Tensor
  getTensor(nameOrOutput: string | Output): Tensor
  setInputTensor(tensor: Tensor): void
  setInputTensor(idx: number, tensor: Tensor): void
  setOutputTensor(tensor: Tensor): void
  setOutputTensor(idx: number, tensor: Tensor): void
  setTensor(name: string, tensor: Tensor): void
  /**
   * {@link InferRequest.inferAsync} that copies nothing: the outputs are in {@link InferRequest.getTensor}. Without
   * argument it runs on the tensors that are set. Not in `openvino-node`.
   */
  runAsync?(inputData?: { [inputName: string]: Tensor } | Tensor[]): Promise<void>
  /** Ends the run under way, if any, which then rejects with code `CANCELLED`. Not in `openvino-node`. */
  cancel?(): void
}

/** One dimension: a length, -1 for any, or `[least, most]`. */
export type Dimension = number | [number, number]

/** An input or output of a model. */
export interface Output {
  new (): Output
  anyName: string
  shape: number[]
  toString(): string
  getAnyName(): string
  /** The shape, which must be static. */
  getShape(): number[]
  getPartialShape(): PartialShape
}

/** What the user's tensor for an input is like. */
export interface InputTensorInfo {
  setElementType(elementType: element | elementTypeString): InputTensorInfo
  setLayout(layout: string): InputTensorInfo
  setShape(shape: number[]): InputTensorInfo
}

/** What the user's tensor for an output is like. */
export interface OutputTensorInfo {
  setElementType(elementType: element | elementTypeString): InputTensorInfo
  /** Through `libopenvino_c` this throws `NOT_AVAILABLE`. */
  setLayout(layout: string): InputTensorInfo
}

/** What is done to an input before the model. */
export interface PreProcessSteps {
  resize(algorithm: resizeAlgorithm | string): PreProcessSteps
}

/** What the model expects of an input. */
export interface InputModelInfo {
  setLayout(layout: string): InputModelInfo
}

/** How an input gets from the user's tensor to the model. */
export interface InputInfo {
  tensor(): InputTensorInfo
  preprocess(): PreProcessSteps
  model(): InputModelInfo
}

/** How an output gets from the model to the user's tensor. */
export interface OutputInfo {
  tensor(): OutputTensorInfo
}

/** Puts steps before and after a model into the model itself. */
export interface PrePostProcessor {
  new (model: Model): PrePostProcessor
  /** Changes the model that was given to the constructor. */
  build(): PrePostProcessor
  input(idxOrTensorName?: number | string): InputInfo
  output(idxOrTensorName?: number | string): OutputInfo
}

/** A shape some of whose dimensions may be unknown, written as in `[?,3,1..224,224]`. */
export interface PartialShape {
  new (shape?: string): PartialShape
  isStatic(): boolean
  isDynamic(): boolean
  toString(): string
  getDimensions(): Dimension[]
}

/** Called when a job of an {@link AsyncInferQueue} ends. */
export type AsyncInferQueueCallback = (
  error: null | Error,
  inferRequest: InferRequest,
  userData: object,
) => void

/** Several requests of one compiled model; a job takes the next that is free. */
export interface AsyncInferQueue {
  /** @param jobs - the number of requests; without it, or 0, the number that suits the device */
  new (compiledModel: CompiledModel, jobs?: number): AsyncInferQueue
  setCallback(callback: AsyncInferQueueCallback): void
  /** Runs a job; the promise resolves to `userData` after the callback returned. */
  startAsync(inputData: { [inputName: string]: Tensor } | Tensor[], userData?: object): Promise<object>
  /** Lets go of the requests; call it after all jobs ended. */
  release(): void
}

/** Element types; at run time each is its own name, `element.f32 === 'f32'`. */
export declare enum element {
  u8,
  u32,
  u16,
  u64,
  i8,
  i16,
  i32,
  i64,
  f32,
  f64,
  string,
}

/** Ways to resize; at run time each is its own name. */
export declare enum resizeAlgorithm {
  RESIZE_NEAREST,
  RESIZE_CUBIC,
  RESIZE_LINEAR,
}

/** The whole of OpenVINO for Node: what `openvino-node` exports as `addon`. */
export interface NodeAddon {
  Core: Core
  Model: Model
  CompiledModel: CompiledModel
  Tensor: Tensor
  InferRequest: InferRequest
  Output: Output
  PartialShape: PartialShape
  AsyncInferQueue: AsyncInferQueue
  preprocess: {
    resizeAlgorithm: typeof resizeAlgorithm
    PrePostProcessor: PrePostProcessor
  }
  /**
   * Writes a model as IR: `path` (.xml) and a .bin beside it. `libopenvino_c` cannot write IR: only a model that was
   * read from IR and not changed since is written, as it is, with `compressToFp16` false; everything else throws
   * `NOT_AVAILABLE`.
   */
  saveModelSync(model: Model, path: string, compressToFp16?: boolean): void
  /** The version of the OpenVINO that runs. */
  getOpenvinoVersion(): Version
  element: typeof element
  resizeAlgorithm: typeof resizeAlgorithm
}
