// The layers that the emitter writes, each as OpenVINO's operation sets specify it
// (https://docs.openvino.ai/2026/documentation/openvino-ir-format/operation-sets.html), named after a place in the
// checkpoint and what is done there.
import type { Dim, Shape, Value } from '../architecture/graph.ts'
import type { Attributes, IrType, IrWriter } from './ir-writer.ts'
import type { LiteralConstants } from './literal-constants.ts'

export interface Operation {
  readonly operator: string
  /** The operation set that its form is from. @default 1 */
  readonly opset?: number
  readonly shape: Shape
  /** @default its first input's */
  readonly type?: IrType
  readonly attributes?: Attributes
}
export type IrLayers = ReturnType<typeof irLayers>

/** The attributes of operations that broadcast. */
export const NUMPY = { auto_broadcast: 'numpy' }

export function irLayers(w: IrWriter, { int64, float32 }: LiteralConstants) {
  const places = new Map<string, string>() // of a value: the place in the checkpoint that it was made at
  const measured = new Map<string, { readonly value: Value; readonly axis: number }>() // by a symbolic size
  const sizes = new Map<string, string>() // of a symbolic size: the int64 [1] value that holds it

  const node = (
    path: string,
    inputs: readonly string[],
    { operator, opset = 1, ...rest }: Operation,
  ): Value => {
    const name = w.layer(operator, opset, inputs, {
      name: path === '' ? operator : `${path}/${operator}`,
      ...rest,
    })
    places.set(name, path)
    return { name, shape: rest.shape }
  }
  /** An operation without weights of its own is where its input was made. */
  const placeOf = (value: Value): string => places.get(value.name) ?? ''
  const placeAt = (path: string, value: Value): Value => {
    places.set(value.name, path)
    return value
  }

  const binary = (operator: string, path: string, a: string, b: string, shape: Shape): Value =>
    node(path, [a, b], { operator, shape, attributes: NUMPY })
  /** Zeros in the pattern keep the size of their place. */
  const reshape = (x: Value, pattern: readonly number[], shape: Shape): Value =>
    node(placeOf(x), [x.name, int64(pattern)], {
      operator: 'Reshape',
      shape,
      attributes: { special_zero: true },
    })
  const transpose = (x: Value, order: readonly number[]): Value =>
    node(placeOf(x), [x.name, int64(order)], {
      operator: 'Transpose',
      shape: order.map((i) => x.shape[i]!),
    })
  const gather = (path: string, x: string, indices: string, axis: number, shape: Shape): Value =>
    node(path, [x, indices, int64([axis], [])], {
      operator: 'Gather',
      opset: 8,
      shape,
      attributes: { batch_dims: 0 },
    })
  /** Remembers where the symbolic sizes of a value can be read when the model runs. */
  const measure = (value: Value): Value => {
    value.shape.forEach((dim, axis) => {
      if (typeof dim === 'string' && !measured.has(dim)) measured.set(dim, { value, axis })
    })
    return value
  }
  const sizeOf = (dim: string): string => {
    const known = sizes.get(dim)
    if (known !== undefined) return known
    const found = measured.get(dim)
    if (found === undefined) throw new Error(`no value with the size ${dim} was measured`)
    const { value, axis } = found
    const whole = node(`size.${dim}`, [value.name], {
      operator: 'ShapeOf',
      opset: 3,
      shape: [value.shape.length],
      type: 'i64',
      attributes: { output_type: 'i64' },
    })
    const size = gather(`size.${dim}`, whole.name, int64([axis]), 0, [1]).name
    sizes.set(dim, size)
    return size
  }
  /** `x` repeated to a shape whose first size alone is not known before the model runs. */
  const broadcast = (path: string, x: string, shape: Shape): Value => {
    const [first, ...others] = shape as [string, ...number[]]
    const target = node(path, [sizeOf(first), int64(others)], {
      operator: 'Concat',
      shape: [shape.length],
      attributes: { axis: 0 },
    })
    return node(path, [x, target.name], {
      operator: 'Broadcast',
      opset: 3,
      shape,
      attributes: { mode: 'numpy' },
    })
  }
  const concat = (path: string, values: readonly Value[], axis: number): Value => {
    const dims = values.map((v) => v.shape[axis]!)
    const total = dims.every((d) => typeof d === 'number') ? dims.reduce((a, b) => a + b, 0) : dims.join('+')
    return node(
      path,
      values.map((v) => v.name),
      {
        operator: 'Concat',
        shape: values[0]!.shape.map((d, i) => (i === axis ? total : d)),
        attributes: { axis },
      },
    )
  }
  const matMul = (path: string, a: Value, b: Value, columns: Dim, transposed: boolean): Value =>
    node(path, [a.name, b.name], {
      operator: 'MatMul',
      shape: [...a.shape.slice(0, -1), columns],
      attributes: { transpose_a: false, transpose_b: transposed },
    })
  const times = (x: Value, factor: number): Value =>
    binary('Multiply', placeOf(x), x.name, float32(factor), x.shape)

  return {
    node,
    placeOf,
    placeAt,
    binary,
    reshape,
    transpose,
    gather,
    measure,
    broadcast,
    concat,
    matMul,
    times,
  }
}
