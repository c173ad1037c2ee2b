// One tensor's numbers, of a checkpoint or of a conversion: what compression made of them.
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { openCheckpoint } from '../checkpoint/checkpoint.ts'
import { toFloat32 } from '../checkpoint/float-types.ts'
import { readTensor } from '../checkpoint/read-tensor.ts'
import { CheckpointError, show } from '../errors.ts'
import { float32, type Tensor } from '../tensor.ts'
import type { IrGraph, IrLayer } from './ir-graph.ts'
import { binNames, openIr, readGraph } from './open-ir.ts'
import { AGAIN, isIrFolder } from './stamp.ts'

/**
 * Reads one tensor of the model, by its name in the checkpoint. Of a conversion these are the numbers that the model
 * computes with: codes less zero points, times scales.
 * @param folder - a checkpoint's, or one that `convert` wrote
 * @param name - such as `text_model.model.layers.0.ffn.fc1.weight`; where embedding and output matrix are one, a
 *   conversion has it under the embedding's name
 * @returns float32, in the checkpoint's shape
 * @throws {RangeError} for a name that the model does not have
 * @throws {CheckpointError} what opening the folder throws
 */
export async function readWeight(folder: string, name: string): Promise<Tensor> {
  return (await isIrFolder(folder)) ? await readConverted(folder, name) : await readOriginal(folder, name)
}

async function readOriginal(folder: string, name: string): Promise<Tensor> {
  const checkpoint = await openCheckpoint(folder)
  try {
    return await readTensor(checkpoint, name)
  } finally {
    await checkpoint.close()
  }
}

async function readConverted(folder: string, name: string): Promise<Tensor> {
  const { stamp } = await openIr(folder)
  for (const bin of binNames(stamp)) {
    const tensor = await readStored(await readGraph(folder, stamp, bin), join(folder, `${bin}.bin`), name)
    if (tensor !== undefined) return tensor
  }
  throw new RangeError(`Expected the name of a tensor in ${folder} but received ${show(name)}`)
}

/**
 * Reads one tensor of a part.
 * @param bin - the path of the part's .bin
 * @returns as `readWeight`; undefined where the part does not have it
 */
export async function readStored(graph: IrGraph, bin: string, name: string): Promise<Tensor | undefined> {
  const stored = constant(graph, name)
  if (stored === undefined) return undefined
  const scales = constant(graph, `${name}/scale`)
  if (scales === undefined) return float32(await readNumbers(bin, stored), shapeOf(stored))
  const zeroPoints = constant(graph, `${name}/zero_point`)
  return float32(
    decompress(
      await readNumbers(bin, stored),
      await readNumbers(bin, scales),
      zeroPoints && (await readNumbers(bin, zeroPoints)),
    ),
    // A matrix in groups is three-dimensional: rows, groups, numbers of a group.
    withoutGroups(shapeOf(stored)),
  )
}

const constant = (graph: IrGraph, name: string): IrLayer | undefined =>
  graph.find((layer) => layer.operator === 'Const' && layer.name === name)

const shapeOf = ({ output }: IrLayer): number[] => output!.shape.map((size) => size!)

const withoutGroups = (shape: readonly number[]): number[] =>
  shape.length === 3 ? [shape[0]!, shape[1]! * shape[2]!] : [...shape]

/** @param scales - as many as there are rows or groups, each for as many codes as the others */
function decompress(
  codes: Float32Array,
  scales: Float32Array,
  zeroPoints: Float32Array | undefined,
): Float32Array {
  const codesPerScale = codes.length / scales.length
  return codes.map((code, i) => {
    const group = Math.floor(i / codesPerScale)
    return (code - (zeroPoints?.[group] ?? 0)) * scales[group]!
  })
}

/** A constant's numbers as they are stored, whatever their type. */
async function readNumbers(bin: string, { place, output, name }: IrLayer): Promise<Float32Array> {
  const { offset, byteLength } = place!
  const bytes = new Uint8Array(byteLength)
  const file = await open(bin)
  try {
    const { bytesRead } = await file.read(bytes, 0, byteLength, offset)
    if (bytesRead !== byteLength)
      throw new CheckpointError('BAD_IR', `${bin}: it was cut off while ${name} was read; ${AGAIN}`)
  } finally {
    await file.close()
  }
  switch (output!.type) {
    case 'f32':
      return toFloat32(bytes, 'F32')
    case 'f16':
      return toFloat32(bytes, 'F16')
    case 'i8':
      return Float32Array.from(new Int8Array(bytes.buffer))
    case 'i4': // in two's complement: bit 3 counts -8
      return halfBytes(bytes).map((code) => (code ^ 8) - 8)
    case 'u4':
      return halfBytes(bytes)
    default:
      throw new RangeError(
        `Expected the name of a weight but received ${show(name)}, which holds ${output!.type}`,
      )
  }
}

/** Two numbers of 4 bits a byte, the first in the low half. */
const halfBytes = (bytes: Uint8Array): Float32Array =>
  Float32Array.from({ length: bytes.length * 2 }, (_, i) => (bytes[i >> 1]! >> ((i & 1) * 4)) & 0xf)
