// Walks the architecture and writes it as OpenVINO IR: graphs, and a plan of their .bin that says where each tensor's
// numbers will lie. No weight is read here.
import type { Dim, Graph, Value, WeightScope } from '../architecture/graph.ts'
import type { TensorEntry } from '../checkpoint/safetensors.ts'
import { type BinPlan, planBin, type StoredTensor } from './bin-plan.ts'
import { type IrWriter, irWriter, shapeText } from './ir-writer.ts'
import { irLayers, NUMPY } from './layers.ts'
import { type LiteralConstant, type LiteralConstants, literalConstants } from './literal-constants.ts'
import { storedPieces, weightForm, type WeightSettings, writeDecompression } from './weight-form.ts'

/** A part of the model as IR: graphs, each an .xml, by their names, and what the .bin of all of them has to hold. */
export interface IrPart {
  readonly xml: ReadonlyMap<string, string>
  readonly bin: BinPlan
}

/**
 * Emits one part of the model.
 * @param find - where the weights lie, by their name in the checkpoint; see Checkpoint.tensor
 * @param settings - how they will be stored
 * @param graphs - the part's graphs by name, e.g. `{ vision: (g) => visionGraph(g, config.vision_config) }`
 */
export function emitIr(
  find: (name: string) => TensorEntry,
  settings: WeightSettings,
  graphs: Readonly<Record<string, (g: Graph) => void>>,
): IrPart {
  const literals = new Map<string, LiteralConstant>()
  const tensors = new Map<string, StoredTensor>()
  const writers = Object.entries(graphs).map(([name, describe]) => {
    const writer = irWriter(name)
    describe(emptyGraph(writer, find, settings, literals, tensors))
    return [name, writer] as const
  })
  const bin = planBin([...literals.values()], [...tensors.values()])
  return { xml: new Map(writers.map(([name, writer]) => [name, writer.toXml(bin.offsetOf)])), bin }
}

/** A graph to be described; it adds to the constants and tensors of its part. */
function emptyGraph(
  writer: IrWriter,
  find: (name: string) => TensorEntry,
  settings: WeightSettings,
  contents: Map<string, LiteralConstant>,
  tensors: Map<string, StoredTensor>,
): Graph {
  const literals = literalConstants(writer, contents)
  const values = new Map<string, string>() // by a tensor's name: the layer that gives it as float32
  const tensor = (path: string, isMatrix = false): Value => {
    const entry = find(path)
    const value = values.get(path)
    if (value !== undefined) return { name: value, shape: entry.shape }
    const form = weightForm(path, entry.shape, isMatrix, settings)
    const { pieces } = tensors.get(path) ?? { pieces: storedPieces(form, entry.shape) }
    tensors.set(path, { entry, form, pieces })
    const layer = writeDecompression(writer, path, form, entry.shape, pieces, literals.int64)
    values.set(path, layer)
    return { name: layer, shape: entry.shape }
  }
  return irGraph(writer, literals, tensor)
}

/** From [B, S, H, Dh] to [B, H, S, Dh], and back. */
const BY_HEAD = [0, 2, 1, 3]

/** The attributes of convolutions. @param around - zeros before and behind each axis */
const windowAttributes = (stride: number, around: string) => ({
  strides: `${stride}, ${stride}`,
  dilations: '1, 1',
  pads_begin: around,
  pads_end: around,
  auto_pad: 'explicit',
})

function irGraph(
  w: IrWriter,
  literals: LiteralConstants,
  tensor: (path: string, isMatrix?: boolean) => Value,
): Graph {
  const { int64, float32 } = literals
  const layers = irLayers(w, literals)
  const { node, placeOf, binary, reshape, transpose, gather, measure, broadcast, concat, matMul, times } =
    layers
  const byPosition = new Map<Value, Value>() // of a value [B, H, S, Dh]: the [B, S, H, Dh] that it is made of
  let beamIndices: string | undefined

  const weight = (scope: WeightScope) => tensor(scope.at('weight').path)
  const matrix = (scope: WeightScope) => tensor(scope.at('weight').path, true)
  const bias = (scope: WeightScope) => tensor(scope.at('bias').path)
  /** Which rows of the cache the rows of this run continue: i32 [rows]. */
  const beamIdx = (): string => (beamIndices ??= w.parameter('beam_idx', 'i32', ['rows of this run']))

  return {
    input: (name, type, shape) =>
      measure({ name: w.parameter(name, type === 'float32' ? 'f32' : 'i64', shape), shape }),
    output: (name, x) => {
      w.result(name, x.name)
    },

    weight: (scope) => layers.placeAt(scope.path.replace(/\.weight$/, ''), tensor(scope.path)),
    embedding(ids, scope) {
      const table = matrix(scope) // [N, D]
      return gather(scope.path, table.name, ids.name, 0, [...ids.shape, table.shape[1]!])
    },
    linear(x, scope, { bias: withBias = true } = {}) {
      const rows = matrix(scope) // [out, in]
      const product = matMul(scope.path, x, rows, rows.shape[0]!, true)
      return withBias ? binary('Add', scope.path, product.name, bias(scope).name, product.shape) : product
    },
    layerNorm(x, scope, epsilon) {
      const normed = node(scope.path, [x.name, int64([-1])], {
        operator: 'MVN',
        opset: 6,
        shape: x.shape,
        attributes: { eps: Math.fround(epsilon), normalize_variance: true, eps_mode: 'INSIDE_SQRT' },
      })
      const scaled = binary('Multiply', scope.path, normed.name, weight(scope).name, x.shape)
      return binary('Add', scope.path, scaled.name, bias(scope).name, x.shape)
    },
    patchEmbedding(pixels, scope) {
      const kernel = weight(scope) // [D, C, p, p]
      const [width, , height, stride] = kernel.shape as readonly number[]
      const [batch, , imageHeight, imageWidth] = pixels.shape
      const isFixed = typeof imageHeight === 'number' && typeof imageWidth === 'number'
      const rows = isFixed ? Math.floor(imageHeight / height!) : 'rows'
      const columns = isFixed ? Math.floor(imageWidth / stride!) : 'columns'
      const patches = typeof rows === 'number' && typeof columns === 'number' ? rows * columns : 'patches'
      const grid = node(scope.path, [pixels.name, kernel.name], {
        operator: 'Convolution',
        shape: [batch!, width!, rows, columns],
        attributes: windowAttributes(stride!, '0, 0'),
      })
      return transpose(reshape(grid, [0, 0, -1], [batch!, width!, patches]), [0, 2, 1])
    },
    convolution(x, scope, { stride = 1 } = {}) {
      const kernel = weight(scope) // [D, C, kh, kw]
      const [width, , rows, columns] = kernel.shape as [number, number, number, number]
      const [batch, , height, across] = x.shape as [Dim, number, number, number]
      const around = `${(rows - 1) / 2}, ${(columns - 1) / 2}`
      const sums = node(scope.path, [x.name, kernel.name], {
        operator: 'Convolution',
        shape: [batch, width, height / stride, across / stride],
        attributes: windowAttributes(stride, around),
      })
      const byChannel = node(scope.path, [bias(scope).name, int64([1, width, 1, 1])], {
        operator: 'Reshape',
        shape: [1, width, 1, 1],
        attributes: { special_zero: false },
      })
      return binary('Add', scope.path, sums.name, byChannel.name, sums.shape)
    },
    doubled(x, scope) {
      const kernel = weight(scope) // [C, D, 2, 2]
      const [batch, , height, across] = x.shape as [Dim, number, number, number]
      return node(scope.path, [x.name, kernel.name], {
        operator: 'ConvolutionBackpropData',
        shape: [batch, kernel.shape[1]!, 2 * height, 2 * across],
        attributes: { ...windowAttributes(2, '0, 0'), output_padding: '0, 0' },
      })
    },

    add: (a, b) =>
      binary(
        'Add',
        placeOf(b) || placeOf(a),
        a.name,
        b.name,
        a.shape.length >= b.shape.length ? a.shape : b.shape,
      ),
    scale: times,
    activation(kind, x) {
      const [path, { shape }] = [placeOf(x), x]
      switch (kind) {
        case 'gelu':
          return node(path, [x.name], {
            operator: 'Gelu',
            opset: 7,
            shape,
            attributes: { approximation_mode: 'ERF' },
          })
        case 'quick_gelu':
          return node(path, [x.name, float32(1.702)], { operator: 'Swish', opset: 4, shape })
        case 'relu':
          return node(path, [x.name], { operator: 'ReLU', shape })
      }
    },
    l2Normalize(x) {
      const path = placeOf(x)
      const length = node(path, [x.name, int64([-1])], {
        operator: 'ReduceL2',
        opset: 4,
        shape: [...x.shape.slice(0, -1), 1],
        attributes: { keep_dims: true },
      })
      const divisor = binary('Maximum', path, length.name, float32(1e-12), length.shape)
      return node(path, [x.name, divisor.name], {
        operator: 'Divide',
        shape: x.shape,
        attributes: { ...NUMPY, m_pythondiv: true },
      })
    },
    concat: (values, axis) => measure(concat(placeOf(values.at(-1)!), values, axis)),
    reduce: (kind, x, axis) =>
      node(placeOf(x), [x.name, int64([axis])], {
        operator: kind === 'max' ? 'ReduceMax' : 'ReduceMean',
        shape: x.shape.with(axis, 1),
        attributes: { keep_dims: true },
      }),
    repeatForBatch(rows, like) {
      const [width, count = 1] = [...rows.shape].reverse() as number[]
      return broadcast(placeOf(rows), rows.name, [like.shape[0]!, count, width!])
    },
    position: (x, index) => gather(placeOf(x), x.name, int64([index], []), 1, [x.shape[0]!, x.shape[2]!]),
    lastPositions(x, count) {
      const path = placeOf(x)
      const from = binary('Multiply', path, count.name, int64([-1]), [1])
      return node(path, [x.name, from.name, int64([2 ** 31 - 1]), int64([1]), int64([1])], {
        operator: 'Slice',
        opset: 8,
        shape: [x.shape[0]!, 'kept', x.shape[2]!],
      })
    },
    replaceRows(x, rows, slots) {
      const path = placeOf(x)
      const zero = int64([0], [])
      const places = binary('Maximum', path, slots.name, zero, slots.shape)
      const picked = gather(path, rows.name, places.name, 0, x.shape) // [B, S, D]
      const flags = node(path, [slots.name, zero], {
        operator: 'GreaterEqual',
        shape: slots.shape,
        type: 'boolean',
        attributes: NUMPY,
      })
      const replaced = node(path, [flags.name, int64([-1])], {
        operator: 'Unsqueeze',
        shape: [...slots.shape, 1],
      })
      return node(path, [replaced.name, picked.name, x.name], {
        operator: 'Select',
        shape: x.shape,
        type: 'f32',
        attributes: NUMPY,
      })
    },

    splitHeads(x, heads) {
      const [batch, sequence, width] = x.shape
      const headWidth = (width as number) / heads
      const split = reshape(x, [0, 0, heads, headWidth], [batch!, sequence!, heads, headWidth])
      let transposed: string | undefined
      const byHead: Value = {
        // Made only where it is asked for: the cache keeps positions before heads.
        get name() {
          return (transposed ??= transpose(split, BY_HEAD).name)
        },
        shape: [batch!, heads, sequence!, headWidth],
      }
      byPosition.set(byHead, split)
      return byHead
    },
    mergeHeads(x) {
      const [batch, heads, sequence, headWidth] = x.shape
      const width = (heads as number) * (headWidth as number)
      return reshape(transpose(x, [0, 2, 1, 3]), [0, 0, width], [batch!, sequence!, width])
    },
    cached(name, fresh) {
      // OpenVINO's plugins fuse a cache [B, T, H, Dh] with the transposes of its keys, values and queries.
      const split = byPosition.get(fresh) ?? transpose(fresh, BY_HEAD) // [B, S, H, Dh]
      const path = placeOf(split)
      const [batch, , heads, headWidth] = split.shape
      const shape = [batch!, 'past', heads!, headWidth!]
      const empty = broadcast(path, float32(0), [batch!, 0, heads!, headWidth!])
      const kept = node(path, [empty.name], {
        operator: 'ReadValue',
        opset: 6,
        shape,
        attributes: { variable_id: name, variable_type: 'f32', variable_shape: shapeText(shape) },
      })
      const past = gather(path, kept.name, beamIdx(), 0, shape)
      const whole = concat(path, [past, split], 1)
      w.assign(name, whole.name)
      return transpose({ name: whole.name, shape: shape.with(1, 'total') }, BY_HEAD)
    },
    attention(query, key, values, { scale, bias: mask, wantWeights = false }) {
      const path = placeOf(query).replace(/\.[^.]+$/, '') // of the attention, whose q_proj made the query
      if (!wantWeights && Math.fround(scale) === Math.fround((query.shape[3] as number) ** -0.5)) {
        // The operation's own scale, and no other is ever asked for.
        const inputs = [query, key, values, ...(mask === undefined ? [] : [mask])]
        const context = node(
          path,
          inputs.map((v) => v.name),
          {
            operator: 'ScaledDotProductAttention',
            opset: 13,
            shape: query.shape,
            attributes: { causal: false },
          },
        )
        return { context, weights: undefined }
      }
      const product = matMul(path, times(query, scale), key, key.shape[2]!, true)
      const scores =
        mask === undefined ? product : binary('Add', path, product.name, mask.name, product.shape)
      const weights = node(path, [scores.name], {
        operator: 'Softmax',
        opset: 8,
        shape: product.shape,
        attributes: { axis: -1 },
      })
      return { context: matMul(path, weights, values, values.shape[3]!, false), weights }
    },
  }
}
