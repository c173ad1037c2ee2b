// The tools under the picture: boxes by keyboard, what is shown over it, and zooming.
import { boxes, makingScene, arranging, pictureUrl, setBoxes, showBoxes, showLabels, view } from './work.ts'
import { middleOf, panned, WHOLE, zoomed } from './view.ts'
import { boxBetween } from './box.ts'
import { Toggle } from './toggle.tsx'

/** How far one press zooms, and how far one moves the picture, in parts of what is seen of it. */
const ZOOM = 1.4
const PAN = 0.25

/** Buttons for everything that a pointer can do on the picture. */
export function StageTools() {
  const hasPicture = makingScene.value || pictureUrl.value !== undefined
  const { zoom } = view.value
  const zoomBy = (factor: number): void => {
    view.value = zoomed(view.value, factor, middleOf(view.value))
  }
  const pan = (across: number, down: number): void => {
    view.value = panned(view.value, (across * PAN) / zoom, (down * PAN) / zoom)
  }
  const addBox = (): void => {
    const [x, y] = middleOf(view.value)
    const half = 0.15 / zoom
    arranging.value = false
    setBoxes([...boxes.value, boxBetween([x - half, y - half], [x + half, y + half])])
    // Once it is drawn, the keys go to it.
    requestAnimationFrame(() => {
      requestAnimationFrame(() => {
        const drawn = document.querySelectorAll<SVGElement>('.drawn-box')
        drawn[drawn.length - 1]?.focus()
      })
    })
  }
  return (
    <div class="tools" role="toolbar" aria-label="Picture tools">
      <div class="group">
        <button type="button" onClick={addBox} disabled={!hasPicture} aria-describedby="box-keys">
          Add box
        </button>
        <button
          type="button"
          disabled={boxes.value.length === 0}
          onClick={() => {
            setBoxes([])
          }}
        >
          Clear boxes
        </button>
      </div>
      <div class="group">
        <Toggle state={showBoxes}>Boxes</Toggle>
        <Toggle state={showLabels}>Labels</Toggle>
      </div>
      <div class="group">
        <button
          type="button"
          aria-label="Zoom out"
          disabled={zoom === 1}
          onClick={() => {
            zoomBy(1 / ZOOM)
          }}
        >
          −
        </button>
        <button
          type="button"
          class="zoom"
          aria-label={`Zoom ${Math.round(zoom * 100)} %; show the whole picture`}
          disabled={zoom === 1}
          onClick={() => {
            view.value = WHOLE
          }}
        >
          {Math.round(zoom * 100)} %
        </button>
        <button
          type="button"
          aria-label="Zoom in"
          disabled={!hasPicture}
          onClick={() => {
            zoomBy(ZOOM)
          }}
        >
          +
        </button>
      </div>
      {zoom > 1 && (
        <div class="group" role="group" aria-label="Move the picture">
          <Pan
            label="Move left"
            sign="←"
            onPan={() => {
              pan(-1, 0)
            }}
          />
          <Pan
            label="Move right"
            sign="→"
            onPan={() => {
              pan(1, 0)
            }}
          />
          <Pan
            label="Move up"
            sign="↑"
            onPan={() => {
              pan(0, -1)
            }}
          />
          <Pan
            label="Move down"
            sign="↓"
            onPan={() => {
              pan(0, 1)
            }}
          />
        </div>
      )}
      <p id="box-keys" class="hint">
        Drag on the picture to draw a box. Arrow keys move it, Shift with arrows resizes it, Delete removes
        it. Ctrl and wheel zoom, Shift and drag move the picture.
      </p>
    </div>
  )
}

function Pan({ label, sign, onPan }: { label: string; sign: string; onPan: () => void }) {
  return (
    <button type="button" aria-label={label} onClick={onPan}>
      {sign}
    </button>
  )
}
