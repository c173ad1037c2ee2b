// Walks the architecture and writes it as ONNX whose weights stay where they are, in the checkpoint's own file.
import { basename, dirname } from 'node:path'
import type { Activation, Dim, Graph, Shape, Value, WeightScope } from '../architecture/graph.ts'
import type { TensorEntry } from '../checkpoint/safetensors.ts'
import { CheckpointError } from '../errors.ts'
import { type ModelWriter, modelWriter } from './model-writer.ts'

/** Where each tensor lies, by its name in the checkpoint; see Checkpoint.tensor. */
export type FindTensor = (name: string) => TensorEntry

/** A part of the model as ONNX, and the names by which its key-value cache goes in and comes out. */
export interface OnnxPart {
  readonly bytes: Uint8Array
  /** The folder of the files that its weights lie in, symbolic links resolved. */
  readonly weightsFolder: string
  /** For each cached value, in order: input `past.<name>`, output `present.<name>`, both [B, H, T, Dh]. */
  readonly cache: readonly CacheEntry[]
  /** The tensors of the checkpoint that this part reads. */
  readonly weightNames: readonly string[]
}
export interface CacheEntry {
  readonly past: string
  readonly present: string
  readonly heads: number
  readonly headWidth: number
}

/**
 * Emits one part of the model.
 * @param name - the graph's name
 * @param find - where the weights lie
 * @param describe - the part, e.g. `(g) => visionGraph(g, config.vision_config)`
 * @throws {CheckpointError} `NOT_A_CHECKPOINT` where the weights lie in files of different folders
 */
export function emitOnnx(name: string, find: FindTensor, describe: (g: Graph) => void): OnnxPart {
  const writer = modelWriter(name)
  const cache: CacheEntry[] = []
  const used = new Map<string, TensorEntry>()
  describe(onnxGraph(writer, find, cache, used))
  const folders = [...new Set([...used.values()].map((entry) => dirname(entry.realPath)))]
  if (folders.length !== 1)
    throw new CheckpointError(
      'NOT_A_CHECKPOINT',
      `Expected all weights in one folder but found them in ${folders.join(' and ')}. Put the files side by side`,
    )
  return { bytes: writer.toBytes(), weightsFolder: folders[0]!, cache, weightNames: [...used.keys()] }
}

function onnxGraph(
  w: ModelWriter,
  find: FindTensor,
  cache: CacheEntry[],
  used: Map<string, TensorEntry>,
): Graph {
  const loaded = new Map<string, Value>()
  const dynamicSizes = new Map<string, string>() // of a symbolic size: the int64 [1] value that holds it
  const matrices = new Map<Value, string>() // of a value [..., n] that is known as a matrix too: that matrix [-1, n]

  const value = (valueName: string, shape: Shape): Value => ({ name: valueName, shape })

  const tensor = (path: string): Value => {
    const known = loaded.get(path)
    if (known !== undefined) return known
    const entry = find(path)
    const { dtype, shape, offset, byteLength } = entry
    if (dtype !== 'F32' && dtype !== 'F16' && dtype !== 'BF16')
      throw new Error(`${path} has the type ${dtype}`)
    used.set(path, entry)
    const fileName = basename(entry.realPath)
    let name = w.external({ name: path, dtype, shape, fileName, offset, byteLength })
    // Float16 weights are widened once, when the session folds its constants; left unfolded, each run would pay.
    if (dtype !== 'F32') name = w.node('Cast', [name], { to: 1 }, `${path}.float32`)
    const result = value(name, shape)
    loaded.set(path, result)
    return result
  }
  const weight = (scope: WeightScope) => tensor(`${scope.path}.weight`)
  const bias = (scope: WeightScope) => tensor(`${scope.path}.bias`)

  /** An int64 tensor that holds a shape, built once however often it is asked for. */
  const shapeTensor = (shape: Shape): string => {
    const unknown = shape.filter((d) => typeof d === 'string')
    // Reshape infers one unknown size by itself (-1).
    if (unknown.length <= 1) return w.int64(shape.map((d) => (typeof d === 'string' ? -1 : d)))
    const key = shape.join(',')
    const known = dynamicSizes.get(key)
    if (known !== undefined) return known
    const sizes = shape.map((d) => (typeof d === 'number' ? w.int64([d]) : size(d)))
    const name = w.node('Concat', sizes, { axis: 0 })
    dynamicSizes.set(key, name)
    return name
  }
  /** Makes the symbolic sizes of a value known to shapeTensor. */
  const measure = (name: string, shape: Shape): void => {
    shape.forEach((dim, axis) => {
      if (typeof dim === 'string' && !dynamicSizes.has(dim))
        dynamicSizes.set(dim, w.node('Shape', [name], { start: axis, end: axis + 1 }, `size.${dim}`))
    })
  }
  const size = (dim: string): string => {
    const name = dynamicSizes.get(dim)
    if (name === undefined) throw new Error(`no value with the size ${dim} was measured`)
    return name
  }
  const reshape = (x: string, shape: Shape): Value => value(w.node('Reshape', [x, shapeTensor(shape)]), shape)
  /**
   * A value known as a matrix. It takes its own shape only where that is asked for: most of the text model works row by
   * row, and at one token a run a node costs more than what it computes.
   */
  const fromMatrix = (matrix: string, shape: Shape): Value => {
    let name: string | undefined
    const whole: Value = {
      get name() {
        return (name ??= reshape(matrix, shape).name)
      },
      shape,
    }
    matrices.set(whole, matrix)
    return whole
  }
  const matrixOf = (x: Value): string => {
    const matrix = matrices.get(x) ?? reshape(x.name, ['rows', x.shape.at(-1)!]).name
    matrices.set(x, matrix)
    return matrix
  }
  /** What `make` does to each row, done to the matrix where there is one. */
  const rowByRow = (x: Value, make: (name: string) => string): Value =>
    matrices.has(x) ? fromMatrix(make(matrixOf(x)), x.shape) : value(make(x.name), x.shape)
  const transpose = (x: Value, order: readonly number[]): Value =>
    value(
      w.node('Transpose', [x.name], { perm: order }),
      order.map((i) => x.shape[i]!),
    )
  const times = (x: string, factor: number): string => w.node('Mul', [x, w.float32(factor)])
  const activated = (kind: Activation, x: string): string => {
    switch (kind) {
      case 'gelu':
        return w.node('Gelu', [x])
      case 'quick_gelu':
        return w.node('Mul', [x, w.node('Sigmoid', [times(x, 1.702)])])
      case 'relu':
        return w.node('Relu', [x])
    }
  }

  return {
    input(name, type, shape) {
      w.input(name, type, shape)
      measure(name, shape)
      return value(name, shape)
    },
    output(name, x) {
      w.node('Identity', [x.name], {}, name)
      w.output(name, 'float32', x.shape)
    },

    weight: (scope) => tensor(scope.path),
    embedding: (ids, scope) => {
      const table = weight(scope) // [N, D]
      return value(w.node('Gather', [table.name, ids.name]), [...ids.shape, table.shape[1]!])
    },
    linear(x, scope, { bias: withBias = true } = {}) {
      // Gemm with transB reads the matrix as it lies in the file; a MatMul would need a transposed copy of it.
      const matrix = weight(scope) // [out, in]
      const inputs = [matrixOf(x), matrix.name, ...(withBias ? [bias(scope).name] : [])]
      return fromMatrix(w.node('Gemm', inputs, { transB: 1 }), [...x.shape.slice(0, -1), matrix.shape[0]!])
    },
    layerNorm: (x, scope, epsilon) =>
      rowByRow(x, (name) =>
        w.node('LayerNormalization', [name, weight(scope).name, bias(scope).name], {
          axis: -1,
          epsilon: { float: epsilon },
        }),
      ),
    patchEmbedding(pixels, scope) {
      const kernel = weight(scope) // [D, C, p, p]
      const [width, , height, stride] = kernel.shape as number[]
      const [batch, , imageHeight, imageWidth] = pixels.shape
      const patches =
        typeof imageHeight === 'number' && typeof imageWidth === 'number'
          ? Math.floor(imageHeight / height!) * Math.floor(imageWidth / stride!)
          : 'patches'
      const grid = w.node('Conv', [pixels.name, kernel.name], { strides: [height!, stride!] }) // [B, D, h/p, w/p]
      const rows = w.node('Reshape', [grid, w.int64([0, 0, -1])]) // zeros keep the size of their place
      return transpose(value(rows, [batch!, width!, patches]), [0, 2, 1])
    },
    convolution(x, scope, { stride = 1 } = {}) {
      const kernel = weight(scope) // [D, C, kh, kw]
      const [width, , rows, columns] = kernel.shape as [number, number, number, number]
      const [batch, , height, across] = x.shape as [Dim, number, number, number]
      const around = [rows, columns].map((size) => (size - 1) / 2)
      const inputs = [x.name, kernel.name, bias(scope).name]
      const name = w.node('Conv', inputs, { strides: [stride, stride], pads: [...around, ...around] })
      return value(name, [batch, width, height / stride, across / stride])
    },
    doubled(x, scope) {
      const kernel = weight(scope) // [C, D, 2, 2]
      const [batch, , height, across] = x.shape as [Dim, number, number, number]
      const name = w.node('ConvTranspose', [x.name, kernel.name], { strides: [2, 2] })
      return value(name, [batch, kernel.shape[1]!, 2 * height, 2 * across])
    },

    add(a, b) {
      const alike = a.shape.join() === b.shape.join()
      if (alike && (matrices.has(a) || matrices.has(b)))
        return fromMatrix(w.node('Add', [matrixOf(a), matrixOf(b)]), a.shape)
      return value(w.node('Add', [a.name, b.name]), a.shape.length >= b.shape.length ? a.shape : b.shape)
    },
    scale: (x, factor) => rowByRow(x, (name) => times(name, factor)),
    activation: (kind, x) => rowByRow(x, (name) => activated(kind, name)),
    l2Normalize(x) {
      const length = w.node('ReduceL2', [x.name, w.int64([-1])], { keepdims: 1 })
      const divisor = w.node('Max', [length, w.float32(1e-12)])
      return value(w.node('Div', [x.name, divisor]), x.shape)
    },
    concat(values, axis) {
      const sizes = values.map((v) => v.shape[axis]!)
      const total = sizes.every((d) => typeof d === 'number')
        ? sizes.reduce((a, b) => a + b, 0)
        : sizes.join('+')
      const shape = values[0]!.shape.map((d, i) => (i === axis ? total : d))
      const name = w.node(
        'Concat',
        values.map((v) => v.name),
        { axis },
      )
      measure(name, shape)
      return value(name, shape)
    },
    reduce: (kind, x, axis) =>
      value(
        w.node(kind === 'max' ? 'ReduceMax' : 'ReduceMean', [x.name, w.int64([axis])], { keepdims: 1 }),
        x.shape.with(axis, 1),
      ),
    repeatForBatch(rows, like) {
      const [width, count = 1] = [...rows.shape].reverse() as number[]
      const shape = [like.shape[0]!, count, width!]
      const sizes = w.node('Concat', [size(shape[0] as string), w.int64([count, width!])], { axis: 0 })
      return value(w.node('Expand', [reshape(rows.name, [1, count, width!]).name, sizes]), shape)
    },
    position: (x, index) =>
      value(w.node('Gather', [x.name, w.int64([index], [])], { axis: 1 }), [x.shape[0]!, x.shape[2]!]),
    lastPositions(x, count) {
      const end = w.int64([Number.MAX_SAFE_INTEGER])
      const kept = w.node('Slice', [x.name, w.node('Neg', [count.name]), end, w.int64([1])])
      const shape = [x.shape[0]!, 'kept', x.shape[2]!]
      measure(kept, shape)
      return value(kept, shape)
    },
    replaceRows(x, rows, slots) {
      const zero = w.int64([0], [])
      const picked = w.node('Gather', [rows.name, w.node('Max', [slots.name, zero])]) // [B, S, D]
      const replaced = w.node('Unsqueeze', [w.node('GreaterOrEqual', [slots.name, zero]), w.int64([-1])]) // [B, S, 1]
      return value(w.node('Where', [replaced, picked, x.name]), x.shape)
    },

    splitHeads(x, heads) {
      const [batch, sequence, width] = x.shape
      return transpose(
        reshape(matrices.get(x) ?? x.name, [batch!, sequence!, heads, (width as number) / heads]),
        [0, 2, 1, 3],
      )
    },
    mergeHeads(x) {
      const [batch, heads, sequence, headWidth] = x.shape
      const width = (heads as number) * (headWidth as number)
      const rows = reshape(transpose(x, [0, 2, 1, 3]).name, ['rows', width])
      return fromMatrix(rows.name, [batch!, sequence!, width])
    },
    cached(name, fresh) {
      const [batch, heads, , headWidth] = fresh.shape as [Dim, number, Dim, number]
      const entry = { past: `past.${name}`, present: `present.${name}`, heads, headWidth }
      cache.push(entry)
      w.input(entry.past, 'float32', [batch, heads, 'past', headWidth])
      const whole = value(w.node('Concat', [entry.past, fresh.name], { axis: 2 }, entry.present), [
        batch,
        heads,
        'total',
        headWidth,
      ])
      w.output(entry.present, 'float32', whole.shape)
      return whole
    },
    attention(query, key, values, { scale, bias: mask }) {
      const product = w.node('MatMul', [times(query.name, scale), transpose(key, [0, 1, 3, 2]).name])
      const scores = mask === undefined ? product : w.node('Add', [product, mask.name])
      const [batch, heads, from] = query.shape
      const weights = value(w.node('Softmax', [scores], { axis: -1 }), [batch!, heads!, from!, key.shape[2]!])
      return { context: value(w.node('MatMul', [weights.name, values.name]), query.shape), weights }
    },
  }
}
