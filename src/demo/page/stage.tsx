// The picture in its frame: zoomed and moved, with the answer's boxes, the boxes that a person draws, and stickers.
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { Annotations } from './annotations.tsx'
import { type Box, boxBetween, SMALLEST } from './box.ts'
import { BoxEditor } from './box-editor.tsx'
import { drag, followPinches, placeIn } from './drag.ts'
import { HeatMap } from './heat-map.tsx'
import { examined, front, pointed, shown } from './runs.ts'
import { SceneLayer } from './scene-layer.tsx'
import { StageTools } from './stage-tools.tsx'
import { backgroundUrl } from './paint-scene.ts'
import {
  arranging,
  boxes,
  frameSize,
  makingScene,
  picture,
  pictureUrl,
  scene,
  setBoxes,
  showBoxes,
  showLabels,
  underAnswers,
  uploading,
  view,
} from './work.ts'
import { panned, zoomed } from './view.ts'

/** A pointer that moved less than this, in fractions of the picture, has clicked. */
const CLICK = SMALLEST / 2

/** The frame with the picture, and the tools below it. */
export function Stage() {
  const svg = useRef<SVGSVGElement>(null)
  const width = useSignal(512)
  const drawing = useSignal<Box | undefined>(undefined)
  const own = frameSize.value
  const size = { width: width.value, height: (width.value * own.height) / own.width }
  // Fingers are followed over many renderings.
  const latestSize = useRef(size)
  latestSize.current = size

  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) width.value = Math.max(80, entry.contentRect.width)
    })
    observer.observe(svg.current!)
    return () => {
      observer.disconnect()
    }
  }, [])
  useEffect(() => {
    // Not by the property, which would be passive: the page must not scroll or zoom with the picture.
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey && view.value.zoom === 1) return
      event.preventDefault()
      view.value = zoomed(view.value, Math.exp(-event.deltaY / 300), placeIn(svg.current!, event, size))
    }
    const element = svg.current!
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => {
      element.removeEventListener('wheel', onWheel)
    }
  })

  useEffect(() => {
    const element = svg.current!
    return followPinches(element, ({ factor, middle, across, down }) => {
      const seen = element.getBoundingClientRect()
      const closer = zoomed(view.value, factor, placeIn(element, middle, latestSize.current))
      view.value = panned(closer, -across / (seen.width * closer.zoom), -down / (seen.height * closer.zoom))
    })
  }, [])

  const { x, y, zoom } = view.value
  const url = makingScene.value ? backgroundUrl(scene.value.background) : pictureUrl.value
  const answered = shown.value[front.value]?.value
  const isUnder = answered !== undefined && answered.picture.key === underAnswers.value
  const setsStickers = makingScene.value && arranging.value

  const onPointerDown = (event: PointerEvent): void => {
    if (url === undefined) return
    const target = svg.current!
    const start = placeIn(target, event, size)
    if (event.shiftKey || setsStickers) {
      const before = view.value
      drag(event, target, (moved) => {
        const [toX, toY] = placeIn(target, moved, size)
        // The drawing has moved with the view since.
        const [nowX, nowY] = [view.value.x - before.x, view.value.y - before.y]
        view.value = panned(before, start[0] - (toX - nowX), start[1] - (toY - nowY))
      })
      return
    }
    drag(
      event,
      target,
      (moved) => {
        const end = placeIn(target, moved, size)
        const isClick = Math.hypot(end[0] - start[0], end[1] - start[1]) < CLICK
        drawing.value = isClick ? undefined : boxBetween(start, end)
      },
      (isReleased) => {
        if (isReleased && drawing.value !== undefined) setBoxes([...boxes.value, drawing.value])
        drawing.value = undefined
      },
    )
  }

  return (
    <section class="stage panel" aria-label="Picture">
      <div class="frame" style={{ '--aspect': String(own.width / own.height) }}>
        <svg
          ref={svg}
          class={`picture ${url === undefined ? 'empty' : setsStickers ? 'arranging' : 'drawing'}`}
          viewBox={`${x * size.width} ${y * size.height} ${size.width / zoom} ${size.height / zoom}`}
          role="group"
          aria-label={makingScene.value ? 'Scene' : (picture.value?.name ?? 'No picture yet')}
          onPointerDown={onPointerDown}
        >
          {url !== undefined && (
            <image href={url} width={size.width} height={size.height} preserveAspectRatio="none" />
          )}
          {makingScene.value && <SceneLayer size={size} zoom={zoom} isActive={setsStickers} />}
          {isUnder && <HeatMap run={answered} size={size} />}
          {isUnder && showBoxes.value && (
            <Annotations
              entities={answered.entities}
              size={size}
              zoom={zoom}
              // A label would lie on the very corner whose map is shown.
              labels={showLabels.value && examined.value === undefined}
              pointed={pointed.value}
              onPoint={(entity) => {
                pointed.value = entity
              }}
              onChoose={(entity, index) => {
                const place = answered.boxes.findIndex((box) => box.entity === entity && box.index === index)
                examined.value = place < 0 || place === examined.value ? undefined : place
              }}
            />
          )}
          {!setsStickers && url !== undefined && (
            <BoxEditor boxes={boxes.value} size={size} zoom={zoom} onChange={setBoxes} />
          )}
          {drawing.value !== undefined && (
            <rect
              class="drawn-line"
              x={drawing.value[0] * size.width}
              y={drawing.value[1] * size.height}
              width={(drawing.value[2] - drawing.value[0]) * size.width}
              height={(drawing.value[3] - drawing.value[1]) * size.height}
              stroke-width={2 / zoom}
            />
          )}
        </svg>
        {url === undefined && (
          <p class="invitation">
            <strong>Drop a picture here</strong>
            <span>or paste one, choose a file, take an example, or make a scene</span>
          </p>
        )}
        {uploading.value && <p class="veil">Reading the picture…</p>}
      </div>
      <StageTools />
    </section>
  )
}
