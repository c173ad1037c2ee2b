// Builds one ONNX model in memory: nodes, inputs, outputs, small constants, and initializers that stay in the
// checkpoint's own file (ONNX "external data": a file name, an offset and a length).
import { create, toBinary } from '@bufbuild/protobuf'
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from 'onnx-buf'
import type { ElementType, Shape } from '../architecture/graph.ts'

// Opset 20 is the first with Gelu; IR version 10 goes with it.
const OPSET = 20n
const IR_VERSION = 10n

/** Where an initializer lies: a file beside the model, and its place in it. */
export interface ExternalTensor {
  readonly name: string
  readonly dtype: 'F32' | 'F16' | 'BF16'
  readonly shape: readonly number[]
  readonly fileName: string
  readonly offset: number
  readonly byteLength: number
}

export type Attribute = number | string | readonly number[] | { readonly float: number }

/** An ONNX model being built. Every `name` given back or taken is the name of a value. */
export interface ModelWriter {
  input(name: string, type: ElementType, shape: Shape): void
  output(name: string, type: ElementType, shape: Shape): void
  /** Adds a node and gives back the name of its first output. */
  node(
    operator: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, Attribute>>,
    output?: string,
  ): string
  external(tensor: ExternalTensor): string
  /** A small tensor inside the model; equal ones are kept once. */
  int64(values: readonly number[], shape?: readonly number[]): string
  float32(value: number): string
  toBytes(): Uint8Array
}

export function modelWriter(graphName: string): ModelWriter {
  const graph: GraphProto = create(GraphProtoSchema, { name: graphName })
  const constants = new Map<string, string>()
  let count = 0

  const constant = (
    key: string,
    fields: { dims: bigint[]; dataType: number; int64Data?: bigint[]; floatData?: number[] },
  ) => {
    let name = constants.get(key)
    if (name === undefined) {
      name = `constant.${key}`
      constants.set(key, name)
      graph.initializer.push(create(TensorProtoSchema, { name, ...fields }))
    }
    return name
  }

  return {
    input: (name, type, shape) => void graph.input.push(valueInfo(name, type, shape)),
    output: (name, type, shape) => void graph.output.push(valueInfo(name, type, shape)),
    node(operator, inputs, attributes = {}, output = `${operator}.${count++}`) {
      const attribute = Object.entries(attributes).map(([name, value]) => attributeProto(name, value))
      graph.node.push(
        create(NodeProtoSchema, {
          opType: operator,
          name: output,
          input: [...inputs],
          output: [output],
          attribute,
        }),
      )
      return output
    },
    external(tensor) {
      const place = {
        location: tensor.fileName,
        offset: String(tensor.offset),
        length: String(tensor.byteLength),
      }
      graph.initializer.push(
        create(TensorProtoSchema, {
          name: tensor.name,
          dims: tensor.shape.map(BigInt),
          dataType: { F32: DataType.FLOAT, F16: DataType.FLOAT16, BF16: DataType.BFLOAT16 }[tensor.dtype],
          dataLocation: DataLocation.EXTERNAL,
          externalData: Object.entries(place).map(([key, value]) =>
            create(StringStringEntryProtoSchema, { key, value }),
          ),
        }),
      )
      return tensor.name
    },
    int64: (values, shape = [values.length]) =>
      constant(`int64[${shape.join()}](${values.join()})`, {
        dims: shape.map(BigInt),
        dataType: DataType.INT64,
        int64Data: values.map(BigInt),
      }),
    float32: (value) =>
      constant(`float32(${value})`, { dims: [], dataType: DataType.FLOAT, floatData: [value] }),
    toBytes: () =>
      toBinary(
        ModelProtoSchema,
        create(ModelProtoSchema, {
          irVersion: IR_VERSION,
          producerName: 'kosmos2-openvino',
          opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: OPSET })],
          graph,
        }),
      ),
  }
}

function valueInfo(name: string, type: ElementType, shape: Shape) {
  const dim = shape.map((d) =>
    create(TensorShapeProto_DimensionSchema, {
      value: typeof d === 'number' ? { case: 'dimValue', value: BigInt(d) } : { case: 'dimParam', value: d },
    }),
  )
  const value = create(TypeProto_TensorSchema, {
    elemType: type === 'float32' ? DataType.FLOAT : DataType.INT64,
    shape: create(TensorShapeProtoSchema, { dim }),
  })
  return create(ValueInfoProtoSchema, {
    name,
    type: create(TypeProtoSchema, { value: { case: 'tensorType', value } }),
  })
}

function attributeProto(name: string, value: Attribute) {
  if (typeof value === 'number')
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) })
  if (typeof value === 'string')
    return create(AttributeProtoSchema, {
      name,
      type: AttributeType.STRING,
      s: new TextEncoder().encode(value),
    })
  if ('float' in value)
    return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float })
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) })
}
