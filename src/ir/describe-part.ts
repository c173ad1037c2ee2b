// What a part of a conversion is made of, for pictures and tables: read from its graph, no weight is touched.
import { invalidRange } from '../errors.ts'
import type { IrDim, IrGraph, IrLayer, IrPort } from './ir-graph.ts'
import type { IrType } from './ir-writer.ts'
import { readGraph } from './open-ir.ts'
import { PART_NAMES, type PartName } from './parts.ts'
import { readStamp } from './stamp.ts'

/** An input or output of a part, or a state that it keeps from one run to the next. */
export interface PartPort {
  readonly name: string
  /** As OpenVINO spells it: `f32`, `i64`, `i32`. */
  readonly type: IrType
  /** Undefined for a size that is known only when the model runs. */
  readonly shape: readonly IrDim[]
}

/** Operations of one type. */
export interface OperationCount {
  readonly type: string
  readonly count: number
}

/** A block of the architecture: an attention, a feed-forward, a norm, an embedding. */
export interface PartBlock {
  /** Its place in the checkpoint inside the part, such as `layers.0.self_attn`. The first, `''`, is what has no place. */
  readonly name: string
  readonly operations: readonly OperationCount[]
  /** Bytes of its constants. */
  readonly bytes: number
}

/** Constants of one element type. */
export interface ConstantCount {
  readonly type: IrType
  readonly count: number
  readonly bytes: number
}

export interface PartDescription {
  readonly part: PartName
  readonly inputs: readonly PartPort[]
  readonly outputs: readonly PartPort[]
  readonly states: readonly PartPort[]
  /** What computes: without constants, inputs, outputs and what makes numbers of stored weights. Most frequent first. */
  readonly operations: readonly OperationCount[]
  /** What makes float32 numbers of stored weights. Most frequent first. */
  readonly decompression: readonly OperationCount[]
  /** In the order of the computation. */
  readonly blocks: readonly PartBlock[]
  /** Most bytes first. */
  readonly constants: readonly ConstantCount[]
  /** Numbers in the checkpoint's tensors that the part holds. */
  readonly parameters: number
}

/**
 * Describes a part of a conversion.
 * @param folder - what `convert` wrote
 * @param part - `vision`, `projection` or `text`
 * @throws {RangeError} for another part
 * @throws {CheckpointError} `NOT_AN_IR` or `BAD_IR`
 */
export async function describePart(folder: string, part: PartName): Promise<PartDescription> {
  if (!PART_NAMES.includes(part)) throw invalidRange('part', PART_NAMES.join(', '), part)
  const stamp = await readStamp(folder)
  const graph = await readGraph(folder, stamp, part)
  const stored = storedLayers(graph)
  const ofType = (operator: string) => graph.filter((layer) => layer.operator === operator)
  const computing = graph.filter((layer) => !stored.has(layer) && !ENDS.includes(layer.operator))
  return {
    part,
    inputs: ofType('Parameter').map((layer) => port(layer.name, layer.output!)),
    outputs: ofType('Result').map(({ sources }) => port(sources[0]!.output!.names[0]!, sources[0]!.output!)),
    states: ofType('ReadValue').map((layer) =>
      port(layer.attributes.get('variable_id') ?? layer.name, layer.output!),
    ),
    operations: countTypes(computing),
    decompression: countTypes([...stored].filter(({ operator }) => operator !== 'Const')),
    blocks: blocksOf(graph, computing),
    constants: countConstants(graph),
    parameters: stamp.parts[part].parameters,
  }
}

const ENDS = ['Parameter', 'Result', 'Assign']

const port = (name: string, { type, shape }: IrPort): PartPort => ({ name, type, shape })

/** Constants, and what depends on nothing else: weights on their way from their stored form. */
function storedLayers(graph: IrGraph): ReadonlySet<IrLayer> {
  const stored = new Set<IrLayer>()
  for (const layer of graph)
    if (
      layer.operator === 'Const' ||
      (layer.sources.length > 0 && layer.sources.every((source) => stored.has(source)))
    )
      stored.add(layer)
  return stored
}

function countTypes(layers: readonly IrLayer[]): readonly OperationCount[] {
  const counts = new Map<string, number>()
  for (const { operator } of layers) counts.set(operator, (counts.get(operator) ?? 0) + 1)
  return [...counts].map(([type, count]) => ({ type, count })).sort((a, b) => b.count - a.count)
}

function countConstants(graph: IrGraph): readonly ConstantCount[] {
  const counts = new Map<IrType, { count: number; bytes: number }>()
  for (const { output, place } of graph) {
    if (place === undefined || output === undefined) continue
    const before = counts.get(output.type) ?? { count: 0, bytes: 0 }
    counts.set(output.type, { count: before.count + 1, bytes: before.bytes + place.byteLength })
  }
  return [...counts].map(([type, sums]) => ({ type, ...sums })).sort((a, b) => b.bytes - a.bytes)
}

function blocksOf(graph: IrGraph, computing: readonly IrLayer[]): readonly PartBlock[] {
  const blocks = new Map([['', { layers: [] as IrLayer[], bytes: 0 }]])
  const block = (layer: IrLayer) => {
    const name = blockName(layer.name)
    const known = blocks.get(name) ?? { layers: [], bytes: 0 }
    blocks.set(name, known)
    return known
  }
  for (const layer of computing) block(layer).layers.push(layer)
  for (const layer of graph) if (layer.place !== undefined) block(layer).bytes += layer.place.byteLength
  return [...blocks].map(([name, { layers, bytes }]) => ({ name, operations: countTypes(layers), bytes }))
}

/** The checkpoint's prefixes say which part a tensor belongs to, which is known here. */
const PREFIX =
  /^(vision_model\.model\.|text_model\.model\.|text_model\.|image_to_text_projection\.)(encoder\.)?/

/** A place down to the block: `layers.<number>.<block>`, or the first word outside the layers. */
function blockName(layer: string): string {
  if (!PREFIX.test(layer)) return ''
  const place = layer.replace(PREFIX, '').replace(/\/.*$/, '').split('.')
  return place.slice(0, place[0] === 'layers' ? 3 : 1).join('.')
}
