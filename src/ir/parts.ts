// The three parts of the model, each an IR of its own, and the graphs that share a part's weights.
import type { BOX_REFINER_GRAPH } from '../architecture/box-refiner.ts'
import type { Graph } from '../architecture/graph.ts'
import type { Detail, DetailedName } from '../architecture/layer-outputs.ts'
import { projectionGraph } from '../architecture/projection.ts'
import { textGraph } from '../architecture/text.ts'
import { visionGraph } from '../architecture/vision.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import { TOKEN_EMBEDDING } from '../checkpoint/expected-tensors.ts'

/** In the order in which a picture goes through them. */
export const PART_NAMES = ['vision', 'projection', 'text'] as const
export type PartName = (typeof PART_NAMES)[number]

/** Graphs with outputs for each layer, and the part whose .bin each of them reads. */
export const DETAILED_GRAPHS: Readonly<Record<DetailedName, PartName>> = {
  'vision-states': 'vision',
  'vision-attentions': 'vision',
  'text-states': 'text',
  'text-attentions': 'text',
}
export const DETAILED_NAMES = Object.keys(DETAILED_GRAPHS) as readonly DetailedName[]
/** What has a `<name>.bin`: the parts, and the box refiner, which not every checkpoint has. */
export type BinName = PartName | typeof BOX_REFINER_GRAPH
/** A graph of a conversion, which is a file `<name>.xml`. */
export type GraphName = BinName | DetailedName

export const isDetailed = (name: GraphName): name is DetailedName => Object.hasOwn(DETAILED_GRAPHS, name)
/** Whose .bin a graph reads. */
export const binOf = (name: GraphName): BinName => (isDetailed(name) ? DETAILED_GRAPHS[name] : name)

/** Makes one thing for each graph with outputs for each layer. */
export const forEachDetailed = <T>(make: (name: DetailedName) => T): Record<DetailedName, T> =>
  Object.fromEntries(DETAILED_NAMES.map((name) => [name, make(name)])) as Record<DetailedName, T>

/** Makes one thing for each part. */
export const forEachPart = <T>(make: (part: PartName) => T): Record<PartName, T> => ({
  vision: make('vision'),
  projection: make('projection'),
  text: make('text'),
})

/** What describes the graphs of a part of this model to an emitter, by their names. */
export function partGraphs(
  part: PartName,
  { config, lmHead }: Pick<Checkpoint, 'config' | 'lmHead'>,
): Readonly<Record<string, (g: Graph) => void>> {
  const vision = (detail?: Detail) => (g: Graph) => {
    visionGraph(g, config.vision_config, detail)
  }
  const text = (detail?: Detail) => (g: Graph) => {
    textGraph(g, config.text_config, { tied: lmHead === TOKEN_EMBEDDING, detail })
  }
  switch (part) {
    case 'vision':
      return {
        vision: vision(),
        'vision-states': vision('states'),
        'vision-attentions': vision('attentions'),
      }
    case 'projection':
      return {
        projection: (g) => {
          projectionGraph(g, config)
        },
      }
    case 'text':
      return { text: text(), 'text-states': text('states'), 'text-attentions': text('attentions') }
  }
}
