// How inputs and outputs get from the user's tensors to the model and back: what PrePostProcessor's input() and output()
// give. Each object is a place inside the native processor, which it keeps alive.
import { expectNoArguments } from './arguments.ts'
import { elementCode } from './element.ts'
import { Handle, keptBy } from './handle.ts'
import { native } from './library.ts'
import { notAvailable } from './not-available.ts'
import { resizeAlgorithmCode } from './resize-algorithm.ts'
import { nativeShape } from './shape.ts'
import type { NativeFunction } from './signatures.ts'
import { check, read } from './status.ts'

const ACTION = 'preprocessing'

export class InputInfo {
  readonly #handle: Handle
  readonly #modelType: () => number

  /** @param modelType - gives the element type of the model's input, OpenVINO's number */
  constructor(parent: object, pointer: bigint, modelType: () => number) {
    keptBy.set(this, parent)
    this.#handle = new Handle(this, 'InputInfo', pointer, (info) => {
      native().ov_preprocess_input_info_free(info)
    })
    this.#modelType = modelType
  }

  tensor(...args: readonly unknown[]): InputTensorInfo {
    expectNoArguments(args, 'Function does not take any parameters.')
    const info = read(native().ov_preprocess_input_info_get_tensor_info, ACTION, this.#handle.pointer)
    return new InputTensorInfo(this, info, this.#modelType)
  }

  preprocess(...args: readonly unknown[]): PreProcessSteps {
    expectNoArguments(args, 'Function does not take any parameters.')
    return new PreProcessSteps(
      this,
      read(native().ov_preprocess_input_info_get_preprocess_steps, ACTION, this.#handle.pointer),
    )
  }

  model(...args: readonly unknown[]): InputModelInfo {
    expectNoArguments(args, 'Function does not take any parameters.')
    return new InputModelInfo(
      this,
      read(native().ov_preprocess_input_info_get_model_info, ACTION, this.#handle.pointer),
    )
  }
}

class InputTensorInfo {
  readonly #handle: Handle
  readonly #modelType: () => number
  #type: number | undefined

  constructor(parent: object, pointer: bigint, modelType: () => number) {
    keptBy.set(this, parent)
    this.#handle = new Handle(this, 'InputTensorInfo', pointer, (info) => {
      native().ov_preprocess_input_tensor_info_free(info)
    })
    this.#modelType = modelType
  }

  setElementType(...args: readonly unknown[]): this {
    this.#type = elementCode(onlyOf(args))
    check(native().ov_preprocess_input_tensor_info_set_element_type(this.#handle.pointer, this.#type), ACTION)
    return this
  }

  setLayout(...args: readonly unknown[]): this {
    setLayout(native().ov_preprocess_input_tensor_info_set_layout, this.#handle.pointer, args)
    return this
  }

  /** There is a function only to take type and shape from a tensor; this one has no memory of its own size. */
  setShape(...args: readonly unknown[]): this {
    const shape = nativeShape(onlyOf(args))
    const tensor = read(
      native().ov_tensor_create_from_host_ptr,
      ACTION,
      this.#type ?? this.#modelType(),
      shape,
      new Float64Array(1),
    )
    try {
      check(native().ov_preprocess_input_tensor_info_set_from(this.#handle.pointer, tensor), ACTION)
    } finally {
      native().ov_tensor_free(tensor)
    }
    return this
  }
}

class PreProcessSteps {
  readonly #handle: Handle

  constructor(parent: object, pointer: bigint) {
    keptBy.set(this, parent)
    this.#handle = new Handle(this, 'PreProcessSteps', pointer, (steps) => {
      native().ov_preprocess_preprocess_steps_free(steps)
    })
  }

  resize(...args: readonly unknown[]): this {
    check(
      native().ov_preprocess_preprocess_steps_resize(this.#handle.pointer, resizeAlgorithmCode(onlyOf(args))),
      ACTION,
    )
    return this
  }
}

class InputModelInfo {
  readonly #handle: Handle

  constructor(parent: object, pointer: bigint) {
    keptBy.set(this, parent)
    this.#handle = new Handle(this, 'InputModelInfo', pointer, (info) => {
      native().ov_preprocess_input_model_info_free(info)
    })
  }

  setLayout(...args: readonly unknown[]): this {
    setLayout(native().ov_preprocess_input_model_info_set_layout, this.#handle.pointer, args)
    return this
  }
}

export class OutputInfo {
  readonly #handle: Handle

  constructor(parent: object, pointer: bigint) {
    keptBy.set(this, parent)
    this.#handle = new Handle(this, 'OutputInfo', pointer, (info) => {
      native().ov_preprocess_output_info_free(info)
    })
  }

  tensor(...args: readonly unknown[]): OutputTensorInfo {
    expectNoArguments(args, 'Function does not take any parameters.')
    return new OutputTensorInfo(
      this,
      read(native().ov_preprocess_output_info_get_tensor_info, ACTION, this.#handle.pointer),
    )
  }
}

class OutputTensorInfo {
  readonly #handle: Handle

  constructor(parent: object, pointer: bigint) {
    keptBy.set(this, parent)
    this.#handle = new Handle(this, 'OutputTensorInfo', pointer, (info) => {
      native().ov_preprocess_output_tensor_info_free(info)
    })
  }

  setElementType(...args: readonly unknown[]): this {
    check(
      native().ov_preprocess_output_set_element_type(this.#handle.pointer, elementCode(onlyOf(args))),
      ACTION,
    )
    return this
  }

  setLayout(...args: readonly unknown[]): never {
    onlyOf(args)
    this.#handle.assertAlive()
    throw notAvailable(
      'set the layout of an output',
      'Transpose the output in the model, or what was read from it',
    )
  }
}

function onlyOf(args: readonly unknown[]): unknown {
  if (args.length !== 1) throw new TypeError('Wrong number of parameters.')
  return args[0]
}

function setLayout(set: NativeFunction, owner: bigint, args: readonly unknown[]): void {
  const text = onlyOf(args)
  if (typeof text !== 'string') throw new TypeError('Passed argument must be a string.')
  const layout = read(native().ov_layout_create, `reading the layout ${text}`, text)
  try {
    check(set(owner, layout), `setting the layout ${text}`)
  } finally {
    native().ov_layout_free(layout)
  }
}
