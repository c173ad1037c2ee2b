// Dragging on the picture, with mouse, pen or finger alike.
import type { Size } from '../../plot/label-layout.ts'
import type { Point } from './box.ts'

/** Where a pointer is on a drawing whose picture has the given size in the drawing's units, in fractions of the picture. */
export function placeIn(svg: SVGSVGElement, event: PointerEvent | WheelEvent, size: Size): Point {
  const matrix = svg.getScreenCTM()
  if (matrix === null) return [0, 0]
  const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse())
  return [x / size.width, y / size.height]
}

/**
 * Follows a pointer from its press to its release, wherever it goes.
 * @param target - an element that stays while the pointer is followed
 * @param onEnd - called at the release, and not when the system takes the pointer away, as for scrolling
 */
export function drag(
  start: PointerEvent,
  target: Element,
  onMove: (event: PointerEvent) => void,
  onEnd: (event: PointerEvent) => void = () => undefined,
): void {
  // A second finger neither draws nor moves.
  if (start.button !== 0 || !start.isPrimary) return
  const ending = new AbortController()
  const { signal } = ending
  const own = (listener: (event: PointerEvent) => void) => (event: Event) => {
    if ((event as PointerEvent).pointerId === start.pointerId) listener(event as PointerEvent)
  }
  const end = own((event) => {
    ending.abort()
    if (event.type === 'pointerup') onEnd(event)
  })
  target.setPointerCapture(start.pointerId)
  target.addEventListener('pointermove', own(onMove), { signal })
  target.addEventListener('pointerup', end, { signal })
  target.addEventListener('pointercancel', end, { signal })
}
