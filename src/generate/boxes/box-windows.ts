// What a box refiner looks at, and what its scores say: windows around boxes, cut out of the picture as the model takes it.
// Mirrors scripts/train/box_refiner.py.
import type { BoxRefinerOutput } from '../../architecture/engine.ts'
import { BOX_REFINER_SIDE as SIDE } from '../../checkpoint/box-refiner-tensors.ts'
import { FILTERS, type FilterWeights, filterWeights, Resampling } from '../../image/filter-weights.ts'
import { float32, type Float32Tensor, type Tensor } from '../../tensor.ts'
import type { Box } from '../../text/box-iou.ts'
import { softmaxDenominator } from '../softmax.ts'

/** A stretch of whole pixels along an axis of the picture. */
interface Stretch {
  readonly start: number
  readonly end: number
}

/** Where a window is in the picture. */
export interface BoxWindow {
  readonly x: Stretch
  readonly y: Stretch
}

/** A window's reach beyond its box: of the box's side, and of the picture's. */
const MARGIN = 0.15
const MARGIN_OF_PICTURE = 1 / 64
/** The places' reach beyond a window's ends, in samples. */
const BEYOND = 2
/** Where the places are along a window, in samples from its start. */
const PLACES = Float64Array.from(
  { length: SIDE },
  (_, i) => ((i + 0.5) * (SIDE + 2 * BEYOND)) / SIDE - BEYOND,
)

/**
 * The window around a box, as far as it is in the picture.
 * @param box - with area, in fractions of the picture
 * @param size - pixels along each side of the picture as the model takes it
 */
export function windowAround([x1, y1, x2, y2]: Box, size: number): BoxWindow {
  return { x: stretch(x1, x2, size), y: stretch(y1, y2, size) }
}

function stretch(from: number, to: number, size: number): Stretch {
  const reach = ((to - from) * MARGIN + MARGIN_OF_PICTURE) * size
  return {
    start: Math.max(0, Math.floor(from * size - reach)),
    end: Math.min(size, Math.ceil(to * size + reach)),
  }
}

/**
 * What the refiner sees of each box. Windows are resampled as Pillow and torch do with a bilinear filter and antialiasing.
 * @param pixel_values - float32 [B, 3, H, W]
 * @param boxes - fractions of the picture of their row, and their windows
 * @param count - N, at least as many as there are boxes: the windows behind them are empty
 * @returns float32 [N, 4, S, S]: the picture in the window, and where the box is: 1 inside, -1 outside
 */
export function lookAtWindows(
  { data, dims }: Float32Tensor,
  boxes: readonly { readonly row: number; readonly box: Box; readonly window: BoxWindow }[],
  count = boxes.length,
): Tensor {
  const [, channels, height, width] = dims as [number, number, number, number]
  const area = SIDE * SIDE
  const seen = new Float32Array(count * (channels + 1) * area)
  for (const [i, { row, box, window }] of boxes.entries()) {
    const [across, down] = [window.x, window.y].map(({ start, end }) =>
      filterWeights(end - start, SIDE, FILTERS[Resampling.BILINEAR]),
    ) as [FilterWeights, FilterWeights]
    const corner = window.y.start * width + window.x.start
    const out = i * (channels + 1) * area
    for (let channel = 0; channel < channels; channel++) {
      const part = data.subarray((row * channels + channel) * height * width + corner)
      sample(part, width, across, down, seen.subarray(out + channel * area))
    }
    const inside = seen.subarray(out + channels * area)
    const [columns, rows] = [
      covered(box[0] * width, box[2] * width, window.x),
      covered(box[1] * height, box[3] * height, window.y),
    ]
    for (let y = 0; y < SIDE; y++)
      for (let x = 0; x < SIDE; x++) inside[y * SIDE + x] = 2 * rows[y]! * columns[x]! - 1
  }
  return float32(seen, [count, channels + 1, SIDE, SIDE])
}

/**
 * Samples one channel of a window into `out` [SIDE, SIDE]: down its columns, then along its rows.
 * @param part - the channel from the window's corner on, in rows of `width`
 */
function sample(
  part: Float32Array,
  width: number,
  across: FilterWeights,
  down: FilterWeights,
  out: Float32Array,
): void {
  // Four products at a time and few passes: all of it has to take a hundredth of what the answer takes.
  const row = new Float64Array(across.first[SIDE - 1]! + across.counts[SIDE - 1]!)
  const { first, counts, weights, most } = across
  for (let y = 0; y < SIDE; y++) {
    blendRows(row, part, down.first[y]! * width, width, down.weights, y * down.most, down.counts[y]!)
    for (let x = 0; x < SIDE; x++) {
      const from = first[x]!
      const w = x * most
      const count = counts[x]!
      let sum = 0
      let k = 0
      for (; k + 4 <= count; k += 4)
        sum +=
          row[from + k]! * weights[w + k]! +
          row[from + k + 1]! * weights[w + k + 1]! +
          row[from + k + 2]! * weights[w + k + 2]! +
          row[from + k + 3]! * weights[w + k + 3]!
      for (; k < count; k++) sum += row[from + k]! * weights[w + k]!
      out[y * SIDE + x] = sum
    }
  }
}

/** The sum of `count` rows of the picture from `from` on, each times its weight. */
function blendRows(
  row: Float64Array,
  part: Float32Array,
  from: number,
  width: number,
  weights: Float64Array,
  w: number,
  count: number,
): void {
  row.fill(0)
  let k = 0
  for (; k + 4 <= count; k += 4) {
    const a = weights[w + k]!
    const b = weights[w + k + 1]!
    const c = weights[w + k + 2]!
    const d = weights[w + k + 3]!
    const start = from + k * width
    for (let x = 0; x < row.length; x++) {
      const i = start + x
      row[x]! += part[i]! * a + part[i + width]! * b + part[i + 2 * width]! * c + part[i + 3 * width]! * d
    }
  }
  for (; k < count; k++) {
    const weight = weights[w + k]!
    const start = from + k * width
    for (let x = 0; x < row.length; x++) row[x]! += part[start + x]! * weight
  }
}

/** How much of each sample of a stretch lies between two places of the picture: 0 to 1. */
function covered(from: number, to: number, { start, end }: Stretch): Float64Array {
  const step = (end - start) / SIDE
  const shares = new Float64Array(SIDE)
  for (let i = 0; i < SIDE; i++) {
    const left = start + i * step
    shares[i] = Math.max(0, Math.min(left + step, to) - Math.max(left, from)) / step
  }
  return shares
}

/**
 * The box that a refiner's scores expect.
 * @param index - which of the boxes that it looked at
 * @param size - pixels along each side of the picture as the model takes it
 * @returns fractions of the picture; without area where the scores expect so
 */
export function expectedBox(
  { columns, rows }: BoxRefinerOutput,
  index: number,
  { x, y }: BoxWindow,
  size: number,
): Box {
  const place = (stretch: Stretch, scores: Tensor, side: 0 | 1): number => {
    const { start, end } = stretch
    const expected = expectedPlace(scores.data as Float32Array, index, side)
    return Math.min(1, Math.max(0, (start + (expected * (end - start)) / SIDE) / size))
  }
  return [place(x, columns, 0), place(y, rows, 0), place(x, columns, 1), place(y, rows, 1)]
}

/** In samples from the window's start. @param scores - [N, 4, SIDE / 2], see BoxRefinerOutput */
function expectedPlace(scores: Float32Array, index: number, side: 0 | 1): number {
  const even = (index * 4 + side * 2) * (SIDE / 2)
  const own = new Float32Array(SIDE)
  for (let i = 0; i < SIDE; i++) own[i] = scores[even + (i % 2) * (SIDE / 2) + (i >> 1)]!
  const { highest, sum } = softmaxDenominator(own)
  let place = 0
  for (let i = 0; i < SIDE; i++) place += (Math.exp(own[i]! - highest) / sum) * PLACES[i]!
  return place
}
