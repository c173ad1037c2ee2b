// The small language in which the architecture is written. The three parts of KOSMOS-2 are functions over a Graph;
// an emitter (ONNX for the original model, OpenVINO IR for the compiled one) answers to it and decides how each
// operation is spelled in its own format. Nothing in here computes.

/** A size: known now, or known when the model runs (`batch`, `sequence`, ...). */
export type Dim = number | string
export type Shape = readonly Dim[]
export type ElementType = 'float32' | 'int64'

/** Something that flows through the graph. */
export interface Value {
  /** Unique in its graph. */
  readonly name: string
  readonly shape: Shape
}

/** A place in the checkpoint: `at('fc1')` below `layers.0.ffn` is `layers.0.ffn.fc1`. */
export interface WeightScope {
  readonly path: string
  at(name: string | number): WeightScope
}

/** @param path - where in the checkpoint the scope begins; `''` for its top */
export function weightScope(path = ''): WeightScope {
  return { path, at: (name) => weightScope(path === '' ? `${name}` : `${path}.${name}`) }
}

/**
 * What an emitter can do. Axes written in brackets: B batch, S new positions, T all positions, D width, H heads,
 * Dh width of a head. Weights are named, never carried: the emitter knows where they lie.
 */
export interface Graph {
  input(name: string, type: ElementType, shape: Shape): Value
  output(name: string, value: Value): void

  /** A tensor of the checkpoint as it is. */
  weight(scope: WeightScope): Value
  /** `weight` [N, D] looked up by ids [B, S]: [B, S, D]. */
  embedding(ids: Value, scope: WeightScope): Value
  /** x [..., in] times the transpose of `weight` [out, in], plus `bias` [out] if there is one: [..., out]. */
  linear(x: Value, scope: WeightScope, options?: { readonly bias?: boolean }): Value
  /** Over the last axis, with `weight` and `bias`. */
  layerNorm(x: Value, scope: WeightScope, epsilon: number): Value
  /** Convolution `weight` [D, C, p, p] with stride p over pictures [B, C, h, w], patches in reading order: [B, h/p * w/p, D]. */
  patchEmbedding(pixels: Value, scope: WeightScope): Value
  /**
   * Convolution `weight` [D, C, kh, kw] of odd sizes, plus `bias` [D], over x [N, C, h, w] with zeros around it:
   * [N, D, h, w], or with the stride 2, for even h and w, [N, D, h/2, w/2].
   */
  convolution(x: Value, scope: WeightScope, options?: { readonly stride?: 1 | 2 }): Value
  /** Each place of x [N, C, h, w] becomes two by two of them, by `weight` [C, D, 2, 2]: [N, D, 2h, 2w]. */
  doubled(x: Value, scope: WeightScope): Value

  /** Sum, broadcasting as NumPy does. */
  add(a: Value, b: Value): Value
  /** x times a number. */
  scale(x: Value, factor: number): Value
  activation(kind: Activation, x: Value): Value
  /** x / max(|x|, 1e-12) over the last axis. */
  l2Normalize(x: Value): Value
  concat(values: readonly Value[], axis: number): Value
  /** The largest or the mean over an axis, of which one place is left. */
  reduce(kind: 'max' | 'mean', x: Value, axis: number): Value
  /** rows [N, D], or one row [D], once for each entry of the batch of `like`: [B, N, D]. */
  repeatForBatch(rows: Value, like: Value): Value
  /** x [B, N, D] at one position: [B, D]. */
  position(x: Value, index: number): Value
  /** x [B, S, D] at its last `count` positions, `count` being an int64 value [1]: [B, kept, D]. */
  lastPositions(x: Value, count: Value): Value
  /** x [B, S, D], but where slots [B, S] is 0 or more, that row of `rows` [N, D] instead. */
  replaceRows(x: Value, rows: Value, slots: Value): Value

  /** [B, S, D] to [B, H, S, Dh]. */
  splitHeads(x: Value, heads: number): Value
  /** [B, H, S, Dh] to [B, S, D]. */
  mergeHeads(x: Value): Value
  /** Keys or values of the new positions [B, H, S, Dh] after those kept from before: [B, H, T, Dh]. Kept for the next run. */
  cached(name: string, fresh: Value): Value
  /**
   * softmax(query x key^T * scale + bias) x value.
   * @param bias - [B, 1, S, T], added to the scores of every head: 0, or very negative where nothing is to be seen
   * @param wantWeights - whether the second result, the softmax [B, H, S, T], is needed
   */
  attention(
    query: Value,
    key: Value,
    value: Value,
    options: { readonly scale: number; readonly bias?: Value; readonly wantWeights?: boolean },
  ): { readonly context: Value; readonly weights: Value | undefined }
}

/** `gelu` is the exact one (erf); `quick_gelu` is x * sigmoid(1.702 x); `relu` is max(x, 0). */
export type Activation = 'gelu' | 'quick_gelu' | 'relu'
