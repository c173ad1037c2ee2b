// Boxes that a person draws: all geometry in fractions of the picture, x1 < x2 and y1 < y2, inside it.
import type { Corners } from '../api.ts'

/** x1, y1, x2, y2 in fractions of the picture. */
export type Box = Corners

/** A place in the picture, as fractions of its width and height. */
export type Point = readonly [x: number, y: number]

/** Which sides of a box move: -1 the left or upper one, 1 the right or lower one, 0 neither. */
export type Handle = readonly [across: -1 | 0 | 1, down: -1 | 0 | 1]

/** The four corners and the four sides, by which a box can be resized. */
export const HANDLES: readonly Handle[] = [
  [-1, -1],
  [0, -1],
  [1, -1],
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
]

/** The least width and height of a box: one cell of the model's 32 x 32 grid, so that its corners are two tokens. */
export const SMALLEST = 1 / 32

/** How far an arrow key moves: half a cell of the grid. */
const STEP = 1 / 64

/** The keys that move something on the picture, and by how much. */
export const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
}

const inside = (value: number): number => Math.min(1, Math.max(0, value))

/** The box between two places, whichever comes first; at least as large as SMALLEST. */
export function boxBetween([ax, ay]: Point, [bx, by]: Point): Box {
  const [x1, x2] = span(ax, bx)
  const [y1, y2] = span(ay, by)
  return [x1, y1, x2, y2]
}

function span(a: number, b: number): [number, number] {
  const low = inside(Math.min(a, b))
  const high = inside(Math.max(a, b))
  if (high - low >= SMALLEST) return [low, high]
  const start = Math.min(low, 1 - SMALLEST)
  return [start, start + SMALLEST]
}

/** A box moved as a whole, as far as the picture goes. */
export function moveBox([x1, y1, x2, y2]: Box, across: number, down: number): Box {
  const x = Math.min(1 - x2, Math.max(-x1, across))
  const y = Math.min(1 - y2, Math.max(-y1, down))
  return [x1 + x, y1 + y, x2 + x, y2 + y]
}

/** A box with the sides of a handle moved, never smaller than SMALLEST nor out of the picture. */
export function resizeBox([x1, y1, x2, y2]: Box, [across, down]: Handle, x: number, y: number): Box {
  return [
    across === -1 ? Math.min(x2 - SMALLEST, inside(x1 + x)) : x1,
    down === -1 ? Math.min(y2 - SMALLEST, inside(y1 + y)) : y1,
    across === 1 ? Math.max(x1 + SMALLEST, inside(x2 + x)) : x2,
    down === 1 ? Math.max(y1 + SMALLEST, inside(y2 + y)) : y2,
  ]
}

/** A box in words: `39 to 98 % across, 5 to 83 % down`. */
export function describeBox([x1, y1, x2, y2]: Box): string {
  const percent = (value: number): number => Math.round(value * 100)
  return `${percent(x1)} to ${percent(x2)} % across, ${percent(y1)} to ${percent(y2)} % down`
}

/** Whether a value from storage is a box. */
export const isBox = (value: unknown): value is Box =>
  Array.isArray(value) && value.length === 4 && value.every((side) => typeof side === 'number')
