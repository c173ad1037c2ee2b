// Where the model held a corner to be: how likely each cell of the 32 x 32 grid was, as colours over the picture.
import { signal } from '@preact/signals'
import { viridis } from '../../plot/colour-scale.ts'
import { channels } from '../../plot/colours.ts'
import type { Size } from '../../plot/label-layout.ts'
import { examined, type Run } from './runs.ts'

/** Which corner's map is shown: 0 the upper left, 1 the lower right. */
export const corner = signal<0 | 1>(0)

/** The likelihoods of a map as the server sends them: little-endian float32 in base64. */
export function likelihoods(map: string): Float32Array {
  const bytes = Uint8Array.from(atob(map), (character) => character.charCodeAt(0))
  const view = new DataView(bytes.buffer)
  return Float32Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(index * 4, true))
}

/** The map of the corner of the box that is looked at; nothing where there is none. */
export function HeatMap({ run, size }: { run: Run; size: Size }) {
  const map = run.boxes[examined.value ?? -1]?.maps?.[corner.value]
  if (map === undefined) return null
  return (
    <g class="heat" aria-hidden="true">
      <rect {...size} class="heat-ground" />
      <image href={drawn(map)} {...size} preserveAspectRatio="none" class="cells" />
    </g>
  )
}

const drawings = new Map<string, string>()

/** One pixel a cell. Colours go by the square root, so that the lesser places are seen beside the greatest. */
function drawn(map: string): string {
  const known = drawings.get(map)
  if (known !== undefined) return known
  const values = likelihoods(map)
  const side = Math.round(Math.sqrt(values.length))
  const canvas = document.createElement('canvas')
  canvas.width = side
  canvas.height = side
  const context = canvas.getContext('2d')!
  const pixels = context.createImageData(side, side)
  const highest = values.reduce((a, b) => Math.max(a, b), 0)
  for (const [index, value] of values.entries()) {
    const share = highest === 0 ? 0 : Math.sqrt(value / highest)
    pixels.data.set([...channels(viridis(share)), Math.round(255 * (0.1 + 0.75 * share))], index * 4)
  }
  context.putImageData(pixels, 0, 0)
  const url = canvas.toDataURL()
  drawings.clear()
  drawings.set(map, url)
  return url
}
