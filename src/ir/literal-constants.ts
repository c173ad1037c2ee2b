// The small constants that belong to the graph and not to the checkpoint: shapes, axes, factors. Equal ones are kept once
// in a .bin, whichever of its graphs need them.
import type { IrWriter, StoredConstant } from './ir-writer.ts'

/** A constant of the graph with its bytes. */
export interface LiteralConstant {
  readonly constant: StoredConstant
  readonly bytes: Uint8Array
}

export interface LiteralConstants {
  /** @param shape - `[]` for a single number; a list if left out. @returns the layer's name, as both do */
  readonly int64: (values: readonly number[], shape?: readonly number[]) => string
  readonly float32: (value: number) => string
}

/**
 * Those of one graph.
 * @param contents - of the .bin, by name; what is new is added
 */
export function literalConstants(writer: IrWriter, contents: Map<string, LiteralConstant>): LiteralConstants {
  const layers = new Map<string, string>()
  const once = (name: string, constant: StoredConstant, data: BigInt64Array | Float32Array): string => {
    const known = layers.get(name)
    if (known !== undefined) return known
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    const literal = contents.get(name) ?? { constant, bytes }
    contents.set(name, literal)
    const layer = writer.constant(name, literal.constant)
    layers.set(name, layer)
    return layer
  }
  return {
    int64: (values, shape = [values.length]) =>
      once(
        `int64[${shape.join()}](${values.join()})`,
        { type: 'i64', shape },
        BigInt64Array.from(values, BigInt),
      ),
    float32: (value) => once(`float32(${value})`, { type: 'f32', shape: [] }, Float32Array.of(value)),
  }
}
