// Where everything will lie in a .bin: first the graph's own constants, then the checkpoint's tensors in the order in
// which they lie in the checkpoint, so that both files are gone through once, from front to back.
import type { TensorEntry } from '../checkpoint/safetensors.ts'
import { constantBytes, type OffsetOf, type StoredConstant } from './ir-writer.ts'
import type { LiteralConstant } from './literal-constants.ts'
import type { WeightForm } from './weight-form.ts'

/** A tensor of the checkpoint and the constants that it becomes. */
export interface StoredTensor {
  readonly entry: TensorEntry
  readonly form: WeightForm
  readonly pieces: readonly StoredConstant[]
}

/** What a .bin holds. */
export interface BinPlan {
  /** In the order of their bytes. */
  readonly literals: readonly LiteralConstant[]
  /** After the literals, in the order of their bytes. */
  readonly tensors: readonly StoredTensor[]
  /** Of the whole file. */
  readonly byteLength: number
  readonly offsetOf: OffsetOf
}

/** Every constant begins at a multiple of this: plugins use mapped weights in place where they are aligned. */
export const ALIGNMENT = 64

/** @returns the first place from `end` on where a constant may begin */
export const alignUp = (end: number): number => Math.ceil(end / ALIGNMENT) * ALIGNMENT

export function planBin(literals: readonly LiteralConstant[], unordered: readonly StoredTensor[]): BinPlan {
  const tensors = unordered.toSorted(
    ({ entry: a }, { entry: b }) => compare(a.realPath, b.realPath) || a.offset - b.offset,
  )
  const offsets = new Map<StoredConstant, number>()
  let end = 0
  for (const constant of [
    ...literals.map((literal) => literal.constant),
    ...tensors.flatMap(({ pieces }) => pieces),
  ]) {
    offsets.set(constant, alignUp(end))
    end = alignUp(end) + constantBytes(constant.type, constant.shape)
  }
  return {
    literals,
    tensors,
    byteLength: end,
    offsetOf(constant) {
      const offset = offsets.get(constant)
      if (offset === undefined) throw new Error('the constant is not in this .bin')
      return offset
    },
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b))
