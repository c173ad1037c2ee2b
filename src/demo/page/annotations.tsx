// Boxes and labels of an answer over its picture, as SVG that needs no style sheet: the stage shows it, and a file of it
// looks the same. Each line in a phrase's colour runs inside a light one and a dark one, to be seen on any picture.
import { entityColour, entityDash, textColourOn } from '../../plot/colours.ts'
import { layoutLabels, type Rectangle, type Size } from '../../plot/label-layout.ts'
import { fitText, textWidth } from '../../plot/text-width.ts'
import { type Box, describeBox } from './box.ts'

/** A phrase and its boxes in fractions of the picture. */
export interface Marked {
  readonly name: string
  readonly boxes: readonly Box[]
}

/** What annotations are drawn upon and how. */
export interface AnnotationsProperties {
  readonly entities: readonly Marked[]
  /** The picture's size in units of the drawing, which are pixels of the screen where nothing is enlarged. */
  readonly size: Size
  /** How much the drawing is enlarged: lines and letters are drawn smaller by that, to keep their size. */
  readonly zoom?: number
  readonly labels?: boolean
  /** The index of the entity that is pointed at; the others are faded. */
  readonly pointed?: number | undefined
  /** Called with the entity that the pointer enters, and with undefined where it leaves one. */
  readonly onPoint?: ((entity: number | undefined) => void) | undefined
  /** Called with the entity and the place of its box that was pressed. */
  readonly onChoose?: ((entity: number, box: number) => void) | undefined
}

const LABEL = { size: 13, height: 21, padding: 7, widest: 220 }
const FADED = 0.22

/** The boxes of an answer, the larger under the smaller, and their labels over all of them. */
export function Annotations(properties: AnnotationsProperties) {
  const { entities, size, zoom = 1, labels = true, pointed, onPoint, onChoose } = properties
  const drawn = entities
    .flatMap(({ name, boxes }, entity) =>
      boxes.map((box, index) => ({ name, entity, index, box, area: areaOf(box, size, zoom) })),
    )
    .toSorted((a, b) => b.area.width * b.area.height - a.area.width * a.area.height)
  const named = labels ? drawn.filter(({ name }) => name.trim() !== '') : []
  const places = placeLabels(named, size, zoom)
  const handlers = (entity: number, index: number) => ({
    opacity: pointed === undefined || pointed === entity ? 1 : FADED,
    onPointerEnter: () => onPoint?.(entity),
    onPointerLeave: () => onPoint?.(undefined),
    onClick: () => onChoose?.(entity, index),
  })
  return (
    <g>
      {drawn.map(({ entity, index, name, box, area }) => (
        <g key={`${entity}.${index}`} class="found-box" data-entity={entity} {...handlers(entity, index)}>
          <title>{`${name}: ${describeBox(box)}`}</title>
          <rect {...area} fill="#000000" fill-opacity="0" />
          {outline(area, '#000000', 6 / zoom, 0.35)}
          {outline(area, '#FFFFFF', 4.5 / zoom, 0.95)}
          {outline(area, entityColour(entity), 2.5 / zoom, 1, entityDash(entity))}
        </g>
      ))}
      {places.map(({ x, y, width, height }, place) => {
        const { entity, index, name } = named[place]!
        const colour = entityColour(entity)
        const text = fitText(name.trim(), LABEL.widest - 2 * LABEL.padding, bold)
        return (
          <g key={`${entity}.${index}`} class="found-label" data-entity={entity} {...handlers(entity, index)}>
            <rect
              {...{ x, y, width, height }}
              rx={4 / zoom}
              fill={colour}
              stroke="#FFFFFF"
              stroke-width={1.25 / zoom}
            />
            <text
              x={x + LABEL.padding / zoom}
              y={y + height / 2 + (LABEL.size * 0.35) / zoom}
              font-size={LABEL.size / zoom}
              font-weight="600"
              font-family="system-ui, 'Segoe UI', Helvetica, Arial, sans-serif"
              textLength={width - (2 * LABEL.padding) / zoom}
              lengthAdjust="spacingAndGlyphs"
              fill={textColourOn(colour)}
            >
              {text}
            </text>
          </g>
        )
      })}
    </g>
  )
}

const bold = (text: string): number => textWidth(text, LABEL.size, 'bold')

function outline(area: Rectangle, stroke: string, width: number, opacity: number, dash?: string) {
  return (
    <rect
      {...area}
      rx={3}
      fill="none"
      stroke={stroke}
      stroke-width={width}
      stroke-opacity={opacity}
      {...(dash === undefined ? {} : { 'stroke-dasharray': dash })}
    />
  )
}

/** Where a box's line runs: so far inside the picture that the whole line is seen. */
function areaOf([x1, y1, x2, y2]: Box, { width, height }: Size, zoom: number): Rectangle {
  const inset = 3 / zoom
  const along = (value: number, side: number): number => Math.min(side - inset, Math.max(inset, value * side))
  const [left, right] = [along(Math.min(x1, x2), width), along(Math.max(x1, x2), width)]
  const [top, bottom] = [along(Math.min(y1, y2), height), along(Math.max(y1, y2), height)]
  return { x: left, y: top, width: right - left, height: bottom - top }
}

/** Labels are laid out in pixels of the screen, and brought back into units of the drawing. */
function placeLabels(
  boxes: readonly { readonly name: string; readonly area: Rectangle }[],
  size: Size,
  zoom: number,
): Rectangle[] {
  const frame = { width: size.width * zoom, height: size.height * zoom }
  const requests = boxes.map(({ name, area }) => ({
    box: scaled(area, zoom),
    width: Math.min(LABEL.widest, bold(name.trim()) + 2 * LABEL.padding, frame.width),
    height: Math.min(LABEL.height, frame.height),
  }))
  return layoutLabels(requests, frame).map((place) => scaled(place, 1 / zoom))
}

const scaled = ({ x, y, width, height }: Rectangle, by: number): Rectangle => ({
  x: x * by,
  y: y * by,
  width: width * by,
  height: height * by,
})
