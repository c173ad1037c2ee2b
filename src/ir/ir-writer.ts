// Builds one model in OpenVINO's IR, version 11
// (https://docs.openvino.ai/2026/documentation/openvino-ir-format.html): layers, the edges between their ports, and
// constants that are named here and lie in the .bin. No constant's bytes are touched: they are stored later.
import type { Shape } from '../architecture/graph.ts'

/** Element types, as the IR spells them in `element_type`. */
export const IR_TYPES = ['f32', 'f16', 'i64', 'i32', 'i8', 'i4', 'u4', 'boolean'] as const
export type IrType = (typeof IR_TYPES)[number]

/** The same types as the IR spells them on ports. */
export const PORT_PRECISION: Readonly<Record<IrType, string>> = {
  f32: 'FP32',
  f16: 'FP16',
  i64: 'I64',
  i32: 'I32',
  i8: 'I8',
  i4: 'I4',
  u4: 'U4',
  boolean: 'BOOL',
}
const BITS: Readonly<Record<IrType, number>> = {
  f32: 32,
  f16: 16,
  i64: 64,
  i32: 32,
  i8: 8,
  i4: 4,
  u4: 4,
  boolean: 8,
}

/** Bytes of a constant; two elements of 4 bits share one. */
export function constantBytes(type: IrType, shape: readonly number[]): number {
  return Math.ceil((shape.reduce((a, b) => a * b, 1) * BITS[type]) / 8)
}

/** A constant whose bytes are not in the graph: what it is, and, once it has been laid out, where in the .bin. */
export interface StoredConstant {
  readonly type: IrType
  readonly shape: readonly number[]
}
export type OffsetOf = (constant: StoredConstant) => number

export type Attributes = Readonly<Record<string, string | number | boolean>>

export interface LayerOptions {
  /** The layer's friendly name; a number is put behind it where another layer has it. */
  readonly name: string
  /** Of its one output. */
  readonly shape: Shape
  /** Default: its first input's. */
  readonly type?: IrType
  readonly attributes?: Attributes
  /** Marks a Convert that only widens stored weights, as OpenVINO's own compression to float16 does. */
  readonly decompression?: boolean
}

/** A model being built. Every string given back or taken as an input is the name of a layer, which has one output. */
export interface IrWriter {
  parameter(name: string, type: IrType, shape: Shape): string
  layer(operator: string, opset: number, inputs: readonly string[], options: LayerOptions): string
  constant(name: string, constant: StoredConstant): string
  /** An end of the model: its output under the given name. */
  result(name: string, value: string): void
  /** The other kind of end: what is kept for the next run. */
  assign(variable: string, value: string): void
  /** Layers are in the order of their making, the ends come last. @param offsetOf - where in the .bin a constant lies */
  toXml(offsetOf: OffsetOf): string
}

interface Layer {
  readonly id: number
  readonly name: string
  readonly operator: string
  readonly opset: number
  readonly inputs: readonly Layer[]
  readonly type: IrType
  readonly shape: Shape
  readonly attributes: Attributes
  /** Of a Const: its bytes. */
  readonly stored?: StoredConstant
  readonly decompression: boolean
  /** Names of the output's tensor, by which users ask for it. */
  readonly tensorNames: string[]
  readonly end?: 'result' | 'assign'
}

export function irWriter(modelName: string): IrWriter {
  const layers = new Map<string, Layer>()
  const ends: Omit<Layer, 'id'>[] = []

  const find = (name: string): Layer => {
    const layer = layers.get(name)
    if (layer === undefined) throw new Error(`there is no layer ${name}`)
    return layer
  }
  const unique = (name: string): string => {
    let free = name
    for (let i = 1; layers.has(free); i++) free = `${name}_${i}`
    return free
  }
  const add = (layer: Omit<Layer, 'id' | 'name'> & { readonly name: string }): string => {
    const name = unique(layer.name)
    layers.set(name, { ...layer, name, id: layers.size })
    return name
  }
  const plain = { inputs: [], attributes: {}, decompression: false }

  return {
    parameter: (name, type, shape) =>
      add({
        ...plain,
        name,
        operator: 'Parameter',
        opset: 1,
        type,
        shape,
        attributes: { shape: shapeText(shape), element_type: type },
        tensorNames: [name],
      }),
    layer(operator, opset, inputs, { name, shape, type, attributes = {}, decompression = false }) {
      const sources = inputs.map(find)
      return add({
        name,
        operator,
        opset,
        inputs: sources,
        type: type ?? sources[0]!.type,
        shape,
        attributes,
        decompression,
        tensorNames: [],
      })
    },
    constant: (name, constant) =>
      add({
        ...plain,
        name,
        operator: 'Const',
        opset: 1,
        type: constant.type,
        shape: constant.shape,
        stored: constant,
        tensorNames: [],
      }),
    result(name, value) {
      const source = find(value)
      source.tensorNames.push(name)
      const { type, shape } = source
      ends.push({
        ...plain,
        name: `${name}/Result`,
        operator: 'Result',
        opset: 1,
        inputs: [source],
        type,
        shape,
        tensorNames: [name],
        end: 'result',
      })
    },
    assign(variable, value) {
      const source = find(value)
      const { type, shape } = source
      ends.push({
        ...plain,
        name: `${variable}/Assign`,
        operator: 'Assign',
        opset: 6,
        inputs: [source],
        type,
        shape,
        attributes: { variable_id: variable },
        tensorNames: [],
        end: 'assign',
      })
    },
    toXml(offsetOf) {
      const all = [...layers.values(), ...ends.map((end, i) => ({ ...end, id: layers.size + i }))]
      const lines = [
        '<?xml version="1.0"?>',
        `<net name="${escape(modelName)}" version="11">`,
        '\t<layers>',
        ...all.map((layer) => layerText(layer, offsetOf)),
        '\t</layers>',
        '\t<edges>',
        ...all.flatMap((layer) =>
          layer.inputs.map(
            (source, port) =>
              `\t\t<edge from-layer="${source.id}" from-port="${source.inputs.length}" ` +
              `to-layer="${layer.id}" to-port="${port}" />`,
          ),
        ),
        '\t</edges>',
        '\t<rt_info />',
        '</net>',
      ]
      return `${lines.join('\n')}\n`
    },
  }
}

function layerText(layer: Layer, offsetOf: OffsetOf): string {
  const { id, name, operator, opset, inputs, type, shape, stored, tensorNames, end } = layer
  const own = { id, name, type: operator, version: `opset${opset}` }
  const attributes =
    stored === undefined
      ? layer.attributes
      : {
          element_type: type,
          shape: shape.join(', '),
          offset: offsetOf(stored),
          size: constantBytes(type, stored.shape),
        }
  const lines = [
    `\t\t<layer${attributesText(end === 'result' ? { ...own, output_names: tensorNames[0]! } : own)}>`,
  ]
  if (Object.keys(attributes).length > 0) lines.push(`\t\t\t<data${attributesText(attributes)} />`)
  if (layer.decompression)
    lines.push(
      '\t\t\t<rt_info>',
      '\t\t\t\t<attribute name="decompression" version="0" />',
      '\t\t\t</rt_info>',
    )
  if (inputs.length > 0)
    lines.push(
      '\t\t\t<input>',
      ...inputs.map((input, port) => portText(port, input.type, input.shape)),
      '\t\t\t</input>',
    )
  if (end !== 'result')
    lines.push(
      '\t\t\t<output>',
      portText(inputs.length, type, shape, end === undefined ? tensorNames : []),
      '\t\t\t</output>',
    )
  lines.push('\t\t</layer>')
  return lines.join('\n')
}

function portText(id: number, type: IrType, shape: Shape, names: readonly string[] = []): string {
  const own = { id, precision: PORT_PRECISION[type], ...(names.length > 0 && { names: names.join(',') }) }
  const dims = shape.map((d) => `<dim>${typeof d === 'number' ? d : -1}</dim>`).join('')
  return `\t\t\t\t<port${attributesText(own)}>${dims}</port>`
}

/** A shape as attributes spell it: `?` for a size that is known only when the model runs. */
export function shapeText(shape: Shape): string {
  return shape.map((d) => (typeof d === 'number' ? d : '?')).join(',')
}

const attributesText = (attributes: Attributes): string =>
  Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escape(String(value))}"`)
    .join('')

const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!)
