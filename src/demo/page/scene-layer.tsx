// The stickers of the scene on the picture: dragged, sized, flipped and removed with a pointer or with keys.
import { signal } from '@preact/signals'
import type { Size } from '../../plot/label-layout.ts'
import type { Atlas } from './atlas.ts'
import { ARROWS } from './box.ts'
import { drag, placeIn } from './drag.ts'
import { extentOf } from './paint-scene.ts'
import { changeSticker, type Sticker, toFront, withoutSticker } from './scene.ts'
import { atlas } from './server.ts'
import { scene } from './work.ts'

/** The key of the sticker that was last touched; its tools are shown. */
export const chosenSticker = signal<number | undefined>(undefined)

/** One press of + or -. */
const GROW = 1.1

/** Enlarges a sticker, turns it around, or takes it away. */
export function onStickerKey(key: string, sticker: Sticker): boolean {
  const { key: id, size, centre, flipped } = sticker
  const arrow = ARROWS[key]
  if (arrow !== undefined)
    scene.value = changeSticker(scene.value, id, { centre: [centre[0] + arrow[0], centre[1] + arrow[1]] })
  else if (key === '+' || key === '=') scene.value = changeSticker(scene.value, id, { size: size * GROW })
  else if (key === '-') scene.value = changeSticker(scene.value, id, { size: size / GROW })
  else if (key === 'f') scene.value = changeSticker(scene.value, id, { flipped: !flipped })
  else if (key === 'Delete' || key === 'Backspace') scene.value = withoutSticker(scene.value, id)
  else return false
  return true
}

/** All stickers, from back to front. @param isActive - whether they can be touched */
export function SceneLayer({ size, zoom, isActive }: { size: Size; zoom: number; isActive: boolean }) {
  const drawings = atlas.value
  if (drawings === undefined) return null
  return (
    <g class={isActive ? 'stickers' : 'stickers still'}>
      {scene.value.stickers.map((sticker) => (
        <PlacedSticker key={sticker.key} {...{ sticker, drawings, size, zoom, isActive }} />
      ))}
    </g>
  )
}

interface PlacedStickerProperties {
  readonly sticker: Sticker
  readonly drawings: Atlas
  readonly size: Size
  readonly zoom: number
  readonly isActive: boolean
}

function PlacedSticker({ sticker, drawings, size, zoom, isActive }: PlacedStickerProperties) {
  const place = drawings.icons.get(sticker.icon)
  if (place === undefined) return null
  const [across, down] = extentOf(sticker, drawings)
  const [width, height] = [across * size.width, down * size.height]
  const [x, y] = [sticker.centre[0] * size.width, sticker.centre[1] * size.height]
  const isChosen = isActive && chosenSticker.value === sticker.key

  const follow = (event: PointerEvent, resizes: boolean): void => {
    event.stopPropagation()
    const target = event.currentTarget as SVGElement
    const svg = target.ownerSVGElement!
    target.closest<SVGElement>('.sticker')?.focus()
    chosenSticker.value = sticker.key
    const start = placeIn(svg, event, size)
    drag(event, target, (moved) => {
      const [toX, toY] = placeIn(svg, moved, size)
      const { centre } = sticker
      const distance = (px: number, py: number): number => Math.hypot(px - centre[0], py - centre[1])
      scene.value = changeSticker(
        scene.value,
        sticker.key,
        resizes
          ? { size: (sticker.size * distance(toX, toY)) / Math.max(0.01, distance(...start)) }
          : { centre: [centre[0] + toX - start[0], centre[1] + toY - start[1]] },
      )
    })
  }
  const named = `${sticker.name}, ${Math.round(sticker.centre[0] * 100)} % across, ${Math.round(sticker.centre[1] * 100)} % down, size ${Math.round(sticker.size * 100)} %${sticker.flipped ? ', flipped' : ''}`
  return (
    <g
      class={isChosen ? 'sticker chosen' : 'sticker'}
      transform={`translate(${x} ${y})`}
      {...(isActive
        ? { tabindex: 0, role: 'button', 'aria-label': named, 'aria-describedby': 'sticker-keys' }
        : {})}
      onFocus={() => {
        chosenSticker.value = sticker.key
      }}
      onKeyDown={(event) => {
        if (!isActive || !onStickerKey(event.key, sticker)) return
        event.preventDefault()
      }}
      onDblClick={() => {
        scene.value = toFront(scene.value, sticker.key)
      }}
    >
      <g
        class="body"
        transform={sticker.flipped ? 'scale(-1 1)' : undefined}
        onPointerDown={(event) => {
          follow(event, false)
        }}
      >
        <svg
          x={-width / 2}
          y={-height / 2}
          {...{ width, height }}
          viewBox={place.join(' ')}
          preserveAspectRatio="none"
        >
          <image href={drawings.url} width={drawings.image.width} height={drawings.image.height} />
        </svg>
        <rect x={-width / 2} y={-height / 2} {...{ width, height }} class="ring" stroke-width={2 / zoom} />
      </g>
      {isChosen && (
        <g
          class="handle falling"
          onPointerDown={(event) => {
            follow(event, true)
          }}
        >
          <circle cx={width / 2} cy={height / 2} r={16 / zoom} class="reach" />
          <circle cx={width / 2} cy={height / 2} r={6 / zoom} stroke-width={1.5 / zoom} class="knob" />
        </g>
      )}
    </g>
  )
}
