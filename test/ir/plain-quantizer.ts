// Quantizers to compare with: the search of src/ir/compression-kernel.as in plain TypeScript, number by number, and what
// the range alone gives.
import { float16ToFloat32 } from '../../src/checkpoint/float-types.ts'
import type { Quantized } from '../../src/ir/quantize.ts'

export type Scheme = 'int8' | 'symmetric' | 'asymmetric'
export const SCHEMES = ['int8', 'symmetric', 'asymmetric'] as const

/** One group. The value of a code is `(code - zeroPoint) * scale`. */
export interface Group {
  readonly codes: readonly number[]
  readonly scale: number
  readonly zeroPoint: number
}

/** Codes, and how many scales reach from the middle of the range to its end: at first, and from where by what in a search. */
const SETTINGS = {
  int8: { lowest: -128, highest: 127, plainRatio: 127, firstRatio: 124, ratioStep: 2 },
  symmetric: { lowest: -8, highest: 7, plainRatio: 8, firstRatio: 6.75, ratioStep: 0.625 },
  asymmetric: { lowest: 0, highest: 15, plainRatio: 7.5, firstRatio: 6.75, ratioStep: 0.625 },
} as const

const { fround, abs, max, min } = Math

/** What the library must give, to the bit: every operation rounds to float32. */
export function searchedGroup(scheme: Scheme, weights: Float32Array): Group {
  const { lowest, highest, plainRatio, firstRatio, ratioStep } = SETTINGS[scheme]
  const isAsymmetric = scheme === 'asymmetric'
  const { reach, middle } = extent(scheme, weights)
  const center = isAsymmetric ? (lowest + highest) / 2 : 0

  const candidate = (scale: number, zeroPoint?: number) => {
    const inverse = fround(1 / scale)
    zeroPoint ??= clamp(nearest(fround(center - fround(middle * inverse))), lowest, highest)
    const [from, to] = [lowest - zeroPoint, highest - zeroPoint]
    let [offSquares, offCodes, squares] = [0, 0, 0]
    const codes = Array.from(weights, (weight) => {
      const steps = fround(weight * inverse)
      const code = clamp(nearest(steps), from, to)
      const off = fround(steps - code)
      offSquares = fround(offSquares + fround(off * off))
      offCodes = fround(offCodes + fround(off * code))
      squares = fround(squares + fround(code * code))
      return code + zeroPoint
    })
    const error = fround(offSquares * fround(scale * scale))
    const fitted = fround(scale * fround(1 + fround(offCodes / max(squares, 1))))
    return { codes, scale, zeroPoint, error, fitted }
  }
  const best = <T extends { error: number }>(candidates: readonly T[]): T =>
    candidates.reduce((a, b) => (b.error < a.error ? b : a))
  const withRatio = (ratio: number) => ({ ratio, ...candidate(stored(fround(reach / ratio))) })

  const wide = best(Array.from({ length: 8 }, (_, i) => withRatio(fround(firstRatio + i * ratioStep))))
  const close = Array.from({ length: 7 }, (_, i) =>
    withRatio(
      fround(
        fround(wide.ratio - fround(fround(0.6) * ratioStep)) + fround(i * fround(fround(0.2) * ratioStep)),
      ),
    ),
  )
  const { codes, scale, zeroPoint } = best(
    [...close, withRatio(plainRatio)].map(({ fitted, zeroPoint }) => candidate(stored(fitted), zeroPoint)),
  )
  return { codes, scale, zeroPoint }
}

/** The range of the weights for the range of the codes. */
export function rangeGroup(scheme: Scheme, weights: Float32Array): Group {
  const { lowest, highest, plainRatio } = SETTINGS[scheme]
  const { reach, middle } = extent(scheme, weights)
  const scale = stored(fround(reach / plainRatio))
  const zeroPoint = scheme === 'asymmetric' ? clamp(nearest(7.5 - middle / scale), lowest, highest) : 0
  const codes = Array.from(weights, (weight) => clamp(nearest(weight / scale) + zeroPoint, lowest, highest))
  return { codes, scale, zeroPoint }
}

/** Where the weights lie: up to `reach` to both sides of `middle`. Negative where the scale is to be negative. */
function extent(scheme: Scheme, weights: Float32Array): { reach: number; middle: number } {
  const [from, to] = [min(0, ...weights), max(0, ...weights)]
  if (scheme === 'asymmetric')
    return { reach: max(fround(to - from) / 2, 2 ** -24), middle: fround(from + to) / 2 }
  const reach = max(-from, to, 2 ** -24)
  return { reach: scheme === 'symmetric' && to > -from ? -reach : reach, middle: 0 }
}

const clamp = (value: number, from: number, to: number) => max(from, min(to, value))

/** The nearest whole number, the even one halfway. */
function nearest(value: number): number {
  const below = Math.floor(value)
  if (value - below === 0.5) return below % 2 === 0 ? below : below + 1
  return Math.round(value)
}

/** The nearest float16 that may be a scale, found by its spacing. */
function stored(scale: number): number {
  const size = clamp(abs(scale), 2 ** -24, 65504)
  const spacing = 2 ** (max(-14, Math.floor(Math.log2(size))) - 10)
  return Math.sign(scale) * nearest(size / spacing) * spacing
}

/** What a group's values are. */
export const groupValues = ({ codes, scale, zeroPoint }: Group): number[] =>
  codes.map((code) => (code - zeroPoint) * scale)

/** The sum of the squared differences. */
export function squaredError(weights: Float32Array, values: readonly number[]): number {
  return weights.reduce((sum, weight, i) => sum + (weight - values[i]!) ** 2, 0)
}

/** The groups of a compressed matrix. */
export function groupsOf(
  scheme: Scheme,
  { codes, scales, zeroPoints }: Quantized,
  groupSize: number,
): Group[] {
  const unpacked = (bytes: Uint8Array, index: number) => (bytes[index >> 1]! >> (4 * (index & 1))) & 0xf
  const code = (index: number) => {
    if (scheme === 'int8') return (codes[index]! << 24) >> 24
    const bits = unpacked(codes, index)
    return scheme === 'symmetric' && bits > 7 ? bits - 16 : bits
  }
  return Array.from(float16ToFloat32(scales), (scale, group) => ({
    codes: Array.from({ length: groupSize }, (_, i) => code(group * groupSize + i)),
    scale,
    zeroPoint: scheme === 'asymmetric' ? unpacked(zeroPoints, group) : 0,
  }))
}

/** The weights of each group. */
export const splitGroups = (weights: Float32Array, groupSize: number): Float32Array[] =>
  Array.from({ length: weights.length / groupSize }, (_, i) =>
    weights.subarray(i * groupSize, (i + 1) * groupSize),
  )

/** The same numbers every time, evenly from -0.5 to 0.5. */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32 - 0.5
}
