// Dragging on the picture, with mouse, pen or finger alike.
import type { Size } from '../../plot/label-layout.ts'
import type { Point } from './box.ts'

/** Somewhere in the window, as events have it. */
type InWindow = Pick<PointerEvent, 'clientX' | 'clientY'>

/** Where a pointer is on a drawing whose picture has the given size in the drawing's units, in fractions of the picture. */
export function placeIn(svg: SVGSVGElement, event: InWindow, size: Size): Point {
  const matrix = svg.getScreenCTM()
  if (matrix === null) return [0, 0]
  const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse())
  return [x / size.width, y / size.height]
}

/**
 * Follows a pointer from its press to its release, wherever it goes.
 * @param target - an element that stays while the pointer is followed
 * @param onEnd - called at the end: with false where that is no release, as a second finger came, or the system took the
 *   pointer away
 */
export function drag(
  start: PointerEvent,
  target: Element,
  onMove: (event: PointerEvent) => void,
  onEnd: (isReleased: boolean) => void = () => undefined,
): void {
  if (start.button !== 0 || !start.isPrimary) return
  const ending = new AbortController()
  const { signal } = ending
  const own = (listener: (event: PointerEvent) => void) => (event: Event) => {
    if ((event as PointerEvent).pointerId === start.pointerId) listener(event as PointerEvent)
  }
  const end = (isReleased: boolean) => () => {
    ending.abort()
    onEnd(isReleased)
  }
  target.setPointerCapture(start.pointerId)
  target.addEventListener('pointermove', own(onMove), { signal })
  target.addEventListener('pointerup', own(end(true)), { signal })
  target.addEventListener('pointercancel', own(end(false)), { signal })
  // Two fingers zoom.
  window.addEventListener('pointerdown', end(false), { signal, capture: true })
}

/** What two fingers did since they were last looked at. */
export interface Pinch {
  /** By how much they went apart. */
  readonly factor: number
  /** The middle between them before, and how far it went, in CSS pixels. */
  readonly middle: InWindow
  readonly across: number
  readonly down: number
}

/** Follows two fingers on an element. @returns ends that */
export function followPinches(target: Element, onPinch: (pinch: Pinch) => void): () => void {
  const fingers = new Map<number, InWindow>()
  const ending = new AbortController()
  const listen = (type: string, listener: (event: PointerEvent) => void): void => {
    target.addEventListener(
      type,
      (event) => {
        if ((event as PointerEvent).pointerType === 'touch') listener(event as PointerEvent)
      },
      { signal: ending.signal, capture: true },
    )
  }
  const lift = ({ pointerId }: PointerEvent): void => {
    fingers.delete(pointerId)
  }
  listen('pointerdown', (event) => {
    fingers.set(event.pointerId, { clientX: event.clientX, clientY: event.clientY })
  })
  listen('pointermove', (event) => {
    if (!fingers.has(event.pointerId)) return
    const before = spanOf(fingers)
    fingers.set(event.pointerId, { clientX: event.clientX, clientY: event.clientY })
    const after = spanOf(fingers)
    if (before === undefined || after === undefined) return
    onPinch({
      factor: after.length / before.length,
      middle: before.middle,
      across: after.middle.clientX - before.middle.clientX,
      down: after.middle.clientY - before.middle.clientY,
    })
  })
  listen('pointerup', lift)
  listen('pointercancel', lift)
  return () => {
    ending.abort()
  }
}

/** The distance between two fingers, at least a pixel, and their middle; undefined unless there are two. */
function spanOf(fingers: ReadonlyMap<number, InWindow>): { length: number; middle: InWindow } | undefined {
  const [one, other, third] = fingers.values()
  if (one === undefined || other === undefined || third !== undefined) return undefined
  return {
    length: Math.max(1, Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY)),
    middle: { clientX: (one.clientX + other.clientX) / 2, clientY: (one.clientY + other.clientY) / 2 },
  }
}
