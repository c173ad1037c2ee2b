// Steps before and after a model, built into it: openvino-node's PrePostProcessor over ov_preprocess_*.
import { Handle } from './handle.ts'
import { native } from './library.ts'
import { Model } from './model.ts'
import { type PortKey, portElementCode, portKey } from './output.ts'
import { InputInfo, OutputInfo } from './preprocess-info.ts'
import type { NativeFunction } from './signatures.ts'
import { read } from './status.ts'

export class PrePostProcessor {
  readonly #handle: Handle
  readonly #model: Model

  constructor(...args: readonly unknown[]) {
    const [model] = args
    if (args.length !== 1 || !Model.is(model)) throw new TypeError('Invalid Model object.')
    this.#model = model
    const pointer = read(
      native().ov_preprocess_prepostprocessor_create,
      'creating a PrePostProcessor',
      Model.handle(model).pointer,
    )
    this.#handle = new Handle(this, 'PrePostProcessor', pointer, (processor) => {
      native().ov_preprocess_prepostprocessor_free(processor)
    })
  }

  input(...args: readonly unknown[]): InputInfo {
    const functions = native()
    const key = portKey(args)
    const info = this.#info(
      key,
      functions.ov_preprocess_prepostprocessor_get_input_info,
      functions.ov_preprocess_prepostprocessor_get_input_info_by_name,
      functions.ov_preprocess_prepostprocessor_get_input_info_by_index,
    )
    return new InputInfo(this, info, () => portElementCode(this.#model.input(key)))
  }

  output(...args: readonly unknown[]): OutputInfo {
    const functions = native()
    const info = this.#info(
      portKey(args),
      functions.ov_preprocess_prepostprocessor_get_output_info,
      functions.ov_preprocess_prepostprocessor_get_output_info_by_name,
      functions.ov_preprocess_prepostprocessor_get_output_info_by_index,
    )
    return new OutputInfo(this, info)
  }

  build(): this {
    // The library gives the model that was changed once more.
    const model = read(
      native().ov_preprocess_prepostprocessor_build,
      'building preprocessing',
      this.#handle.pointer,
    )
    native().ov_model_free(model)
    Model.changed(this.#model)
    return this
  }

  dispose(): void {
    this.#handle.dispose()
  }

  [Symbol.dispose](): void {
    this.dispose()
  }

  #info(key: PortKey, only: NativeFunction, byName: NativeFunction, byIndex: NativeFunction): bigint {
    const processor = this.#handle.pointer
    const action = 'finding an input or output to preprocess'
    return key === undefined
      ? read(only, action, processor)
      : read(typeof key === 'string' ? byName : byIndex, action, processor, key)
  }
}
