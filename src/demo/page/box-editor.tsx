// The boxes that a person draws on the picture: with a pointer (drag on the picture for a new one, on a box to move it, on
// a corner or side to resize it) or with keys.
import type { Size } from '../../plot/label-layout.ts'
import { ARROWS, type Box, describeBox, type Handle, HANDLES, moveBox, resizeBox } from './box.ts'
import { drag, placeIn } from './drag.ts'

/** What is edited, and what to do about it. */
export interface BoxEditorProperties {
  readonly boxes: readonly Box[]
  readonly size: Size
  readonly zoom: number
  readonly onChange: (boxes: readonly Box[]) => void
}

/** Boxes with handles, each one a stop of the Tab key. */
export function BoxEditor({ boxes, size, zoom, onChange }: BoxEditorProperties) {
  const change = (index: number, box: Box): void => {
    onChange(boxes.map((other, place) => (place === index ? box : other)))
  }
  const remove = (index: number): void => {
    onChange(boxes.filter((_, place) => place !== index))
  }
  const onKeyDown = (event: KeyboardEvent, index: number): void => {
    const box = boxes[index]!
    const arrow = ARROWS[event.key]
    if (arrow !== undefined)
      change(index, event.shiftKey ? resizeBox(box, [1, 1], ...arrow) : moveBox(box, ...arrow))
    else if (event.key === 'Delete' || event.key === 'Backspace') remove(index)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const startMove = (event: PointerEvent, index: number, handle?: Handle): void => {
    event.stopPropagation()
    const target = event.currentTarget as SVGElement
    target.closest<SVGElement>('.drawn-box')?.focus()
    const svg = target.ownerSVGElement!
    const box = boxes[index]!
    const start = placeIn(svg, event, size)
    drag(event, target, (moved) => {
      const [x, y] = placeIn(svg, moved, size)
      const by = [x - start[0], y - start[1]] as const
      change(index, handle === undefined ? moveBox(box, ...by) : resizeBox(box, handle, ...by))
    })
  }
  return (
    <g>
      {boxes.map((box, index) => {
        const area = {
          x: box[0] * size.width,
          y: box[1] * size.height,
          width: (box[2] - box[0]) * size.width,
          height: (box[3] - box[1]) * size.height,
        }
        const badge = 18 / zoom
        return (
          <g
            key={index}
            class="drawn-box"
            tabindex={0}
            role="button"
            aria-label={`Box ${index + 1}: ${describeBox(box)}`}
            aria-describedby="box-keys"
            onKeyDown={(event) => {
              onKeyDown(event, index)
            }}
          >
            <rect
              {...area}
              class="drawn-area"
              onPointerDown={(event) => {
                startMove(event, index)
              }}
            />
            <rect {...area} class="drawn-line under" stroke-width={4 / zoom} />
            <rect
              {...area}
              class="drawn-line"
              stroke-width={2 / zoom}
              stroke-dasharray={`${6 / zoom} ${4 / zoom}`}
            />
            <g class="badge" transform={`translate(${area.x} ${area.y})`}>
              <rect width={badge} height={badge} rx={3 / zoom} />
              <text x={badge / 2} y={badge * 0.72} font-size={12 / zoom} text-anchor="middle">
                {index + 1}
              </text>
            </g>
            {HANDLES.map((handle) => {
              const [x, y] = [
                area.x + (area.width * (handle[0] + 1)) / 2,
                area.y + (area.height * (handle[1] + 1)) / 2,
              ]
              return (
                <g
                  key={handle.join()}
                  class={`handle ${cursorOf(handle)}`}
                  onPointerDown={(event) => {
                    startMove(event, index, handle)
                  }}
                >
                  <circle cx={x} cy={y} r={14 / zoom} class="reach" />
                  <circle
                    cx={x}
                    cy={y}
                    r={(handle.includes(0) ? 3.5 : 5) / zoom}
                    stroke-width={1.5 / zoom}
                    class="knob"
                  />
                </g>
              )
            })}
          </g>
        )
      })}
    </g>
  )
}

function cursorOf([across, down]: Handle): string {
  if (across === 0) return 'vertical'
  if (down === 0) return 'horizontal'
  return across === down ? 'falling' : 'rising'
}
