// How a tensor of the checkpoint is stored in the IR: in which pieces, each a constant of the .bin, and by which layers
// those become float32 numbers again. The layers are the patterns that OpenVINO's plugins keep compressed and multiply
// with directly (what its own compressor, NNCF, writes).
import { LM_HEAD, TOKEN_EMBEDDING } from '../checkpoint/expected-tensors.ts'
import { invalidRange } from '../errors.ts'
import type { Int4Scheme } from './quantize-int4.ts'
import { constantBytes, type IrType, type IrWriter, type StoredConstant } from './ir-writer.ts'

/** The precisions that `convert` offers. */
export const WEIGHT_PRECISIONS = ['fp32', 'fp16', 'int8', 'int4'] as const
export type WeightPrecision = (typeof WEIGHT_PRECISIONS)[number]

/** How one tensor is stored. */
export type WeightForm =
  | { readonly kind: 'fp32' }
  | { readonly kind: 'fp16' }
  /** A scale for each row. */
  | { readonly kind: 'int8' }
  /** A scale for each `groupSize` numbers of a row. */
  | { readonly kind: 'int4'; readonly groupSize: number; readonly scheme: Int4Scheme }

/** `automatic`: asymmetric in rows too short for eight groups, symmetric in all others. */
export type Int4Choice = Int4Scheme | 'automatic'
export const INT4_CHOICES: readonly Int4Choice[] = ['automatic', 'symmetric', 'asymmetric']

/** How a part's tensors are stored. */
export interface WeightSettings {
  readonly precision: WeightPrecision
  /** Numbers of a row that share a scale in INT4, at most: 32, 64, 128 or 256. */
  readonly groupSize: number
  readonly scheme: Int4Choice
  /** Token embedding and output matrix where `precision` is INT4: they suffer most from it. */
  readonly headPrecision: WeightPrecision
}

const GROUP_SIZES = [256, 128, 64, 32]
/** Groups that a row has at least, as far as groups of 32 allow. */
const LEAST_GROUPS = 8

/** @throws {RangeError} for a group size that is not offered */
export function checkGroupSize(groupSize: number): void {
  if (!GROUP_SIZES.includes(groupSize))
    throw invalidRange('groupSize', GROUP_SIZES.toReversed().join(', '), groupSize)
}

/**
 * The form of one tensor. Matrices take the asked precision. Biases and norms stay float32: they are a thousandth of
 * the weights, and every run would widen them. Other tensors (positions, latent queries, the patch convolution) are
 * float16 where anything is compressed. INT4 takes the largest size up to `groupSize` that divides a row into eight
 * groups or more, else the smallest that divides it, and INT8 where none does. The published model's rows, 1024 numbers
 * and more, take the default of 128; in the short rows of a small model so few scales cost answers: with
 * groups of 64 and 128 weights of `models/kosmos2-tiny` lost 4 points of grounding, with these 2. Where
 * the scheme is left open, rows that have not even eight groups get zero points: without them its plain captions lost
 * another 2 points.
 * @param isMatrix - whether it is multiplied as a matrix or looked up as an embedding
 */
export function weightForm(
  name: string,
  shape: readonly number[],
  isMatrix: boolean,
  settings: WeightSettings,
): WeightForm {
  const { precision, groupSize, scheme, headPrecision } = settings
  if (!isMatrix) return { kind: shape.length > 1 && precision !== 'fp32' ? 'fp16' : 'fp32' }
  const isHead = name === TOKEN_EMBEDDING || name === LM_HEAD
  const kind = isHead && precision === 'int4' ? headPrecision : precision
  if (kind !== 'int4') return { kind }
  const dividing = GROUP_SIZES.filter((size) => size <= groupSize && shape[1]! % size === 0)
  const fitting = dividing.find((size) => shape[1]! / size >= LEAST_GROUPS) ?? dividing.at(-1)
  if (fitting === undefined) return { kind: 'int8' }
  const automatic = shape[1]! / fitting < LEAST_GROUPS ? 'asymmetric' : 'symmetric'
  return { kind, groupSize: fitting, scheme: scheme === 'automatic' ? automatic : scheme }
}

/** The constants that a tensor is stored as, in the order of their bytes: numbers or codes, scales, zero points. */
export function storedPieces(form: WeightForm, shape: readonly number[]): readonly StoredConstant[] {
  switch (form.kind) {
    case 'fp32':
      return [{ type: 'f32', shape }]
    case 'fp16':
      return [{ type: 'f16', shape }]
    case 'int8':
      return [
        { type: 'i8', shape },
        { type: 'f16', shape: [shape[0]!, 1] },
      ]
    case 'int4': {
      const [rows, columns] = shape as readonly [number, number]
      const groups = columns / form.groupSize
      const type: IrType = form.scheme === 'symmetric' ? 'i4' : 'u4'
      const codes = { type, shape: [rows, groups, form.groupSize] }
      const scales = { type: 'f16', shape: [rows, groups, 1] } as const
      return form.scheme === 'symmetric' ? [codes, scales] : [codes, scales, { type, shape: scales.shape }]
    }
  }
}

/** Bytes of all pieces. */
export const storedBytes = (pieces: readonly StoredConstant[]): number =>
  pieces.reduce((sum, { type, shape }) => sum + constantBytes(type, shape), 0)

/**
 * Writes the layers that make float32 numbers of a stored tensor.
 * @param name - the tensor's
 * @param int64 - a small constant for a shape
 * @returns the name of the layer whose output is the tensor
 */
export function writeDecompression(
  w: IrWriter,
  name: string,
  form: WeightForm,
  shape: readonly number[],
  pieces: readonly StoredConstant[],
  int64: (values: readonly number[]) => string,
): string {
  const [numbers, scales, zeroPoints] = pieces as [StoredConstant, StoredConstant?, StoredConstant?]
  const convert = (source: string, type: IrType, to: readonly number[], decompression = false): string =>
    w.layer('Convert', 1, [source], {
      name: `${name}/Convert`,
      type,
      shape: to,
      attributes: { destination_type: type },
      decompression,
    })
  const stored = w.constant(name, numbers)
  if (form.kind === 'fp32') return stored
  if (form.kind === 'fp16') return convert(stored, 'f32', shape, true)

  let value = convert(stored, 'f16', numbers.shape)
  const combine = (operator: string, other: string): string =>
    w.layer(operator, 1, [value, other], {
      name: `${name}/${operator}`,
      shape: numbers.shape,
      attributes: { auto_broadcast: 'numpy' },
    })
  if (zeroPoints !== undefined) {
    const points = w.constant(`${name}/zero_point`, zeroPoints)
    value = combine('Subtract', convert(points, 'f16', zeroPoints.shape))
  }
  value = combine('Multiply', w.constant(`${name}/scale`, scales!))
  if (form.kind === 'int4')
    value = w.layer('Reshape', 1, [value, int64(shape)], {
      name: `${name}/Reshape`,
      shape,
      attributes: { special_zero: false },
    })
  return convert(value, 'f32', shape)
}
