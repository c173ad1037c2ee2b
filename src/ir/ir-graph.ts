// The graph of an IR, read from its .xml and checked against its .bin. What is not as `convert` writes it is refused:
// no index, size or offset of the file is used before it was compared with what there is.
import { CheckpointError, show } from '../errors.ts'
import { constantBytes, IR_TYPES, type IrType, PORT_PRECISION } from './ir-writer.ts'
import { AGAIN } from './stamp.ts'
import { parseXml, type XmlElement } from './xml.ts'

/** A size; undefined where it is known only when the model runs. */
export type IrDim = number | undefined

/** An input or output of a layer. */
export interface IrPort {
  readonly type: IrType
  readonly shape: readonly IrDim[]
  /** Names by which users ask for it. */
  readonly names: readonly string[]
}

export interface IrLayer {
  /** Unique in its graph: the place in the checkpoint and what is done there, `place/Operation`. */
  readonly name: string
  readonly operator: string
  readonly attributes: ReadonlyMap<string, string>
  readonly inputs: readonly IrPort[]
  readonly output: IrPort | undefined
  /** Where its inputs come from. */
  readonly sources: readonly IrLayer[]
  /** Of a Const: where its bytes lie in the .bin. */
  readonly place: { readonly offset: number; readonly byteLength: number } | undefined
}

/** Layers in such an order that each comes after its sources. */
export type IrGraph = readonly IrLayer[]

/** What the emitter uses. Others have no business in these files, some of them run code. */
const OPERATORS = new Set(
  (
    'Add Assign Broadcast Concat Const Convert Convolution ConvolutionBackpropData Divide Gather Gelu GreaterEqual MVN ' +
    'MatMul Maximum Multiply Parameter ReLU ReadValue ReduceL2 ReduceMax ReduceMean Reshape Result ' +
    'ScaledDotProductAttention Select ShapeOf Slice Softmax Subtract Swish Transpose Unsqueeze'
  ).split(' '),
)
const MAX_DIMS = 8

/**
 * @param xml - the .xml
 * @param path - its path, for messages
 * @param binBytes - the size of its .bin
 * @throws {CheckpointError} `BAD_IR` saying what was expected and found
 */
export function readIrGraph(xml: string, path: string, binBytes: number): IrGraph {
  const bad = (what: string) => new CheckpointError('BAD_IR', `${path}: ${what}; ${AGAIN}`)
  let net: XmlElement
  try {
    net = parseXml(xml)
  } catch (cause) {
    throw bad((cause as Error).message)
  }
  if (net.name !== 'net' || net.attributes.get('version') !== '11')
    throw bad(
      `expected <net version="11">, but found <${net.name} version=${show(net.attributes.get('version'))}>`,
    )
  const sections = new Map(net.children.map((child) => [child.name, child]))
  const layers = sections.get('layers')?.children ?? []
  const edges = sections.get('edges')?.children ?? []
  if (layers.length === 0) throw bad('expected layers, but found none')

  const graph: IrLayer[] = []
  const byId = new Map<string, number>()
  const sources: IrLayer[][] = []
  const names = new Set<string>()
  for (const element of layers) {
    const id = element.attributes.get('id')
    const name = element.attributes.get('name')
    if (id === undefined || byId.has(id))
      throw bad(`expected an id of its own for a layer, but found ${show(id)}`)
    if (name === undefined || names.has(name))
      throw bad(`expected a name of its own for layer ${id}, but found ${show(name)}`)
    byId.set(id, graph.length)
    names.add(name)
    sources.push([])
    graph.push({ ...readLayer(element, name, binBytes, bad), sources: sources.at(-1)! })
  }
  for (const { attributes } of edges) {
    const from = byId.get(attributes.get('from-layer') ?? '')
    const to = byId.get(attributes.get('to-layer') ?? '')
    const port = attributes.get('to-port')
    // Sources come first and ports in order, so there is no cycle and no port with two sources.
    if (
      from === undefined ||
      to === undefined ||
      from >= to ||
      port !== String(sources[to]!.length) ||
      attributes.get('from-port') !== String(graph[from]!.inputs.length) ||
      graph[from]!.output === undefined
    )
      throw bad(
        `expected an edge from an earlier layer's output to the next input, but found ${show([...attributes])}`,
      )
    sources[to]!.push(graph[from]!)
  }
  for (const { name, operator, inputs, sources: found } of graph) {
    if (found.length !== inputs.length)
      throw bad(`expected ${inputs.length} edges to ${name}, but found ${found.length}`)
    if (operator === 'Result' && found[0]?.output?.names[0] === undefined)
      throw bad(`expected a named value for the output ${name}, but it has no name`)
  }
  return graph
}

type Fault = (what: string) => CheckpointError

function readLayer(
  element: XmlElement,
  name: string,
  binBytes: number,
  bad: Fault,
): Omit<IrLayer, 'sources'> {
  const operator = element.attributes.get('type') ?? ''
  if (!OPERATORS.has(operator))
    throw bad(`expected an operation that convert writes for ${name}, but found ${operator}`)
  const child = (kind: string) => element.children.find((candidate) => candidate.name === kind)
  const attributes = child('data')?.attributes ?? new Map<string, string>()
  const ports = (kind: string) => (child(kind)?.children ?? []).map((port) => readPort(port, name, bad))
  const outputs = ports('output')
  if (outputs.length > 1) throw bad(`expected one output of ${name}, but found ${outputs.length}`)
  return {
    name,
    operator,
    attributes,
    inputs: ports('input'),
    output: outputs[0],
    place: operator === 'Const' ? readPlace(attributes, name, binBytes, bad) : undefined,
  }
}

function readPort({ attributes, children }: XmlElement, layer: string, bad: Fault): IrPort {
  const type = IR_TYPES.find((candidate) => PORT_PRECISION[candidate] === attributes.get('precision'))
  if (type === undefined)
    throw bad(
      `expected a known precision on a port of ${layer}, but found ${show(attributes.get('precision'))}`,
    )
  if (children.length > MAX_DIMS)
    throw bad(`expected at most ${MAX_DIMS} sizes in ${layer}, but found ${children.length}`)
  const names = attributes.get('names')
  return {
    type,
    shape: children.map(({ text }) => {
      const size = /^\s*(-1|\d+)\s*$/.exec(text)?.[1]
      if (size === undefined) throw bad(`expected a size in ${layer}, but found ${show(text)}`)
      return size === '-1' ? undefined : Number(size)
    }),
    names: names === undefined ? [] : names.split(','),
  }
}

/** Type, shape, offset and size of a Const have to agree with each other and with the .bin. */
function readPlace(
  attributes: ReadonlyMap<string, string>,
  name: string,
  binBytes: number,
  bad: Fault,
): { readonly offset: number; readonly byteLength: number } {
  const type = IR_TYPES.find((candidate) => candidate === attributes.get('element_type'))
  const shapeText = attributes.get('shape')
  const shape = shapeText === '' ? [] : (shapeText ?? 'none').split(',').map(readCount)
  const offset = readCount(attributes.get('offset') ?? 'none')
  const byteLength = readCount(attributes.get('size') ?? 'none')
  const counts = [...shape, offset, byteLength].every(Number.isSafeInteger)
  if (type === undefined || !counts || constantBytes(type, shape) !== byteLength)
    throw bad(
      `expected type, shape, offset and size that agree for ${name}, but found ${show([...attributes])}`,
    )
  if (offset + byteLength > binBytes)
    throw bad(
      `expected ${name} inside the ${binBytes} bytes of the .bin, but it ends at ${offset + byteLength}`,
    )
  return { offset, byteLength }
}

/** NaN for anything but digits. */
const readCount = (text: string): number => (/^\s*\d+\s*$/.test(text) ? Number(text) : NaN)
