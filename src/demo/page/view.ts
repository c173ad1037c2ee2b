// What of the picture is shown: how far it is zoomed, and where it lies under the frame.
import type { Point } from './box.ts'

/** The zoomed part of a picture: its upper left corner as fractions of the picture, and how many times it is enlarged. */
export interface View {
  readonly x: number
  readonly y: number
  readonly zoom: number
}

/** The whole picture. */
export const WHOLE: View = { x: 0, y: 0, zoom: 1 }

/** How far a picture can be enlarged. */
const LARGEST_ZOOM = 12

/** A view kept inside the picture. */
function bounded({ x, y, zoom }: View): View {
  const farthest = 1 - 1 / zoom
  return { x: Math.min(farthest, Math.max(0, x)), y: Math.min(farthest, Math.max(0, y)), zoom }
}

/** A view enlarged further by a factor, about a place of the picture that stays where it is. */
export function zoomed(view: View, factor: number, [x, y]: Point): View {
  const zoom = Math.min(LARGEST_ZOOM, Math.max(1, view.zoom * factor))
  const share = view.zoom / zoom
  return bounded({ x: x - (x - view.x) * share, y: y - (y - view.y) * share, zoom })
}

/** A view moved by fractions of the picture. */
export const panned = (view: View, across: number, down: number): View =>
  bounded({ ...view, x: view.x + across, y: view.y + down })

/** The place in the middle of a view. */
export const middleOf = ({ x, y, zoom }: View): Point => [x + 0.5 / zoom, y + 0.5 / zoom]
