// The box refiner: a small convolutional network that a checkpoint may have beside KOSMOS-2's own weights. It looks at the
// picture around a box that is nearly right and says where the sides of the thing are, like LocNet (Gidaris and Komodakis,
// CVPR 2016) by the likelihoods of the columns and rows of a window. Mirrors scripts/train/box_refiner.py.
import { BOX_REFINER, BOX_REFINER_BLOCKS, BOX_REFINER_SIDE } from '../checkpoint/box-refiner-tensors.ts'
import { expectFloat32, type Float32Tensor } from '../tensor.ts'
import { type Graph, type Value, type WeightScope, weightScope } from './graph.ts'

/** The graph's name. */
export const BOX_REFINER_GRAPH = 'box-refiner'

/**
 * Input `windows` [N, 4, S, S], S being BOX_REFINER_SIDE, see box-windows.ts. Outputs `columns` [N, 4, 1, S/2] and `rows`
 * [N, 4, S/2, 1]: scores of the even and the odd places of the left side and of the right, of the upper and of the lower.
 */
export function boxRefinerGraph(g: Graph): void {
  const w = weightScope(BOX_REFINER)
  const windows = g.input('windows', 'float32', ['boxes', 4, BOX_REFINER_SIDE, BOX_REFINER_SIDE])
  const fine = stage(g, w.at('fine'), windows, BOX_REFINER_BLOCKS.fine) // [N, 16, S/2, S/2]
  const middle = stage(g, w.at('middle'), fine, BOX_REFINER_BLOCKS.middle) // [N, 32, S/4, S/4]
  const coarse = stage(g, w.at('coarse'), middle, BOX_REFINER_BLOCKS.coarse) // [N, 64, S/8, S/8]
  const known = merge(g, w.at('merge_middle'), middle, coarse) // [N, 32, S/4, S/4]
  const x = merge(g, w.at('merge_fine'), fine, known) // [N, 16, S/2, S/2]
  g.output('columns', sides(g, w.at('columns'), x, 2))
  g.output('rows', sides(g, w.at('rows'), x, 3))
}

/** The graph's input. @throws {TypeError} for a tensor of another type or shape */
export function boxRefinerFeeds(windows: unknown): { readonly windows: Float32Tensor } {
  return { windows: expectFloat32('windows', windows, ['N', 4, BOX_REFINER_SIDE, BOX_REFINER_SIDE]) }
}

/** Half as many columns and rows, and blocks of two convolutions on them. */
function stage(g: Graph, w: WeightScope, input: Value, blocks: number): Value {
  let x = g.activation('relu', g.convolution(input, w.at('entry'), { stride: 2 }))
  for (let i = 0; i < blocks; i++) {
    const block = w.at('blocks').at(i)
    const inner = g.activation('relu', g.convolution(x, block.at('first')))
    x = g.activation('relu', g.add(x, g.convolution(inner, block.at('second'))))
  }
  return x
}

/** What is known of coarse places [N, D, h/2, w/2], brought to fine ones [N, C, h, w]. */
function merge(g: Graph, w: WeightScope, fine: Value, coarse: Value): Value {
  const both = g.add(g.convolution(fine, w.at('fine')), g.doubled(coarse, w.at('coarse')))
  return g.activation('relu', g.convolution(both, w.at('together')))
}

/** Scores along one axis. @param across - the other axis, over which x is summed up */
function sides(g: Graph, w: WeightScope, x: Value, across: number): Value {
  const along = g.concat([g.reduce('max', x, across), g.reduce('mean', x, across)], 1)
  const first = g.activation('relu', g.convolution(along, w.at('first')))
  return g.convolution(g.activation('relu', g.convolution(first, w.at('second'))), w.at('scores'))
}
