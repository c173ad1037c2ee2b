// Writing a model as IR, as far as OpenVINO's C library allows.
import { Model, notAvailable } from './model.ts'

export function saveModelSync(...args: readonly unknown[]): void {
  Model.is(args[0])
  throw notAvailable('write a model', 'Use convert')
}
