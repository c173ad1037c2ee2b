// Positions for pictures of other sizes: the checkpoint's own, one for each patch of a square picture, are resized as that
// picture would be. Mirrors interpolate_pos_encoding in transformers' modeling_kosmos2.py, where torch does it
// (F.interpolate, bicubic, align_corners=False).
import { type Float32Tensor, float32 } from '../tensor.ts'

/** How many patches a picture has in each direction. */
export interface PatchGrid {
  readonly rows: number
  readonly columns: number
}

/**
 * @param own - float32 [1 + side * side, Dv], the class position first
 * @returns float32 [1 + rows * columns, Dv], the class position as it was
 */
export function interpolatePositions(own: Float32Tensor, { rows, columns }: PatchGrid): Float32Tensor {
  const [count, width] = own.dims as readonly [number, number]
  const side = Math.sqrt(count - 1)
  if (rows === side && columns === side) return own
  const data = new Float32Array((1 + rows * columns) * width)
  data.set(own.data.subarray(0, width))
  const across = cubicTaps(side, columns)
  let to = width
  for (const down of cubicTaps(side, rows))
    for (const along of across) {
      for (const { index: row, weight: vertical } of down)
        for (const { index: column, weight: horizontal } of along) {
          const from = (1 + row * side + column) * width
          const weight = vertical * horizontal
          for (let i = 0; i < width; i++) data[to + i]! += weight * own.data[from + i]!
        }
      to += width
    }
  return float32(data, [1 + rows * columns, width]) as Float32Tensor
}

/** An old place that a new one is made of, and its share in it. */
interface Tap {
  readonly index: number
  readonly weight: number
}

/** Of each of `to` new places the four old ones around it, of `from`; beyond the edge the outermost counts again. */
function cubicTaps(from: number, to: number): readonly (readonly Tap[])[] {
  return Array.from({ length: to }, (_, i) => {
    const place = ((i + 0.5) * from) / to - 0.5
    const before = Math.floor(place)
    return [before - 1, before, before + 1, before + 2].map((index) => ({
      index: Math.min(Math.max(index, 0), from - 1),
      weight: cubic(Math.abs(place - index)),
    }))
  })
}

/** torch's; Pillow, which resizes pictures, takes -0.5. */
const A = -0.75

/** The cubic convolution at a distance from 0 to 2. */
function cubic(x: number): number {
  if (x <= 1) return ((A + 2) * x - (A + 3)) * x * x + 1
  return (((x - 5) * x + 8) * x - 4) * A
}
