// The small constants that belong to the graph and not to the checkpoint: shapes, axes, factors. Equal ones are kept once.
import type { IrWriter, StoredConstant } from './ir-writer.ts'

/** A constant of the graph with its bytes. */
export interface LiteralConstant {
  readonly constant: StoredConstant
  readonly bytes: Uint8Array
}

export interface LiteralConstants {
  /** Everything made so far. */
  readonly contents: readonly LiteralConstant[]
  /** @param shape - `[]` for a single number; a list if left out. @returns the layer's name, as all of these do */
  readonly int64: (values: readonly number[], shape?: readonly number[]) => string
  readonly float32: (value: number) => string
  readonly float32Tensor: (data: Float32Array, shape: readonly number[]) => string
}

export function literalConstants(writer: IrWriter): LiteralConstants {
  const contents: LiteralConstant[] = []
  const known = new Map<string, string>()
  const make = (name: string, constant: StoredConstant, data: BigInt64Array | Float32Array): string => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    contents.push({ constant, bytes })
    return writer.constant(name, constant)
  }
  const once = (name: string, constant: StoredConstant, data: BigInt64Array | Float32Array): string => {
    const layer = known.get(name) ?? make(name, constant, data)
    known.set(name, layer)
    return layer
  }
  return {
    contents,
    int64: (values, shape = [values.length]) =>
      once(
        `int64[${shape.join()}](${values.join()})`,
        { type: 'i64', shape },
        BigInt64Array.from(values, BigInt),
      ),
    float32: (value) => once(`float32(${value})`, { type: 'f32', shape: [] }, Float32Array.of(value)),
    float32Tensor: (data, shape) => make('tensor', { type: 'f32', shape }, data),
  }
}
