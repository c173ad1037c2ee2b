// How large a conversion will be: told from the configuration alone, before there is any checkpoint.
import type { Kosmos2Config } from '../checkpoint/config.ts'
import { expectedTensors, outputMatrix } from '../checkpoint/expected-tensors.ts'
import type { TensorEntry } from '../checkpoint/safetensors.ts'
import type { StoredTensor } from './bin-plan.ts'
import { type ConvertOptions, convertSettings } from './convert-options.ts'
import { emitIr } from './emitter.ts'
import { forEachPart, partGraphs, type PartName } from './parts.ts'
import { storedBytes } from './weight-form.ts'

export interface PartSize {
  /** Numbers in the part's tensors; four bytes each in float32. */
  readonly parameters: number
  /** Bytes of them in the conversion, scales and zero points included. */
  readonly weightBytes: number
}

/**
 * The sizes that `convert` gives a model of this configuration.
 * @param options - as for `convert`
 * @throws {TypeError | RangeError} for options that do not fit
 */
export function conversionSizes(
  config: Kosmos2Config,
  options: Pick<ConvertOptions, 'weights' | 'groupSize' | 'int4Scheme' | 'headPrecision'> = {},
): Readonly<Record<PartName, PartSize>> {
  const { weights } = convertSettings(options)
  const tensors = expectedTensors(config)
  // What is made of a tensor depends on its shape; where it would lie does not matter.
  const find = (name: string): TensorEntry => {
    const { shape } = tensors.get(name)!
    const byteLength = 4 * shape.reduce((a, b) => a * b, 1)
    return { name, dtype: 'F32', shape, offset: 0, byteLength, realPath: '' }
  }
  const model = { config, lmHead: outputMatrix(config) }
  return forEachPart((part) => partSize(emitIr(find, weights[part], partGraphs(part, model)).bin.tensors))
}

/** @param tensors - of the part */
export function partSize(tensors: readonly StoredTensor[]): PartSize {
  const sum = (size: (tensor: StoredTensor) => number) =>
    tensors.reduce((all, tensor) => all + size(tensor), 0)
  return {
    parameters: sum(({ entry }) => entry.shape.reduce((a, b) => a * b, 1)),
    weightBytes: sum(({ pieces }) => storedBytes(pieces)),
  }
}
