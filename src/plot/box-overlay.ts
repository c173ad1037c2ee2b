// Boxes and labels over a picture, readable on light and dark: each line in a phrase's colour runs inside a light
// one and a dark one.
import { entityColour, entityDash, textColourOn } from './colours.ts'
import type { BoxCorners, CheckedEntity } from './entities.ts'
import { distance, layoutLabels, type LabelRequest, type Rectangle, type Size } from './label-layout.ts'
import { setText } from './set-text.ts'
import { element, group, type Markup } from './svg.ts'
import { fitText, textWidth } from './text-width.ts'

/** The widths of the coloured line and of the lines it lies on, in pixels. */
const line = { colour: 2.5, light: 4.5, dark: 6 }
const label = { size: 13, height: 21, padding: 7, widest: 280, margin: 3 }

interface DrawnBox {
  readonly entity: number
  readonly name: string
  readonly area: Rectangle
  readonly title: string
}

/**
 * Draws the boxes of all entities, the smaller over the larger, and then the labels over all boxes.
 * @param shown - where in the frame the picture lies, in pixels; boxes are drawn as far as they lie in it
 * @param frame - the area that labels stay in
 */
export function boxOverlay(
  entities: readonly CheckedEntity[],
  shown: Rectangle,
  frame: Size,
  withLabels: boolean,
): Markup {
  const boxes = entities.flatMap((entity, index) =>
    entity.boxes.map((box) => ({
      entity: index,
      name: entity.name,
      area: visiblePart(box, shown),
      title: describeBox(entity.name, box),
    })),
  )
  const largestFirst = boxes.toSorted((a, b) => extent(b.area) - extent(a.area))
  const named = withLabels ? boxes.filter(({ name }) => name.trim() !== '') : []
  return group(...largestFirst.map(drawBox), ...drawLabels(named, frame))
}

/** A box in words, e.g. `a snowman: 39 % to 98 % across, 5 % to 83 % down`. */
export function describeBox(name: string, [x1, y1, x2, y2]: BoxCorners): string {
  const percent = (fraction: number): string => `${Math.round(fraction * 100)} %`
  return `${name}: ${percent(x1)} to ${percent(x2)} across, ${percent(y1)} to ${percent(y2)} down`
}

/** The line's middle, so far inside the picture that the whole line is seen. */
function visiblePart([x1, y1, x2, y2]: BoxCorners, shown: Rectangle): Rectangle {
  const along = (fraction: number, start: number, length: number): number => {
    // Across a picture narrower than the line, there is only its middle.
    const inset = Math.min(line.dark / 2, length / 2)
    return start + Math.min(Math.max(fraction * length, inset), length - inset)
  }
  const left = along(x1, shown.x, shown.width)
  const top = along(y1, shown.y, shown.height)
  return {
    x: left,
    y: top,
    width: along(x2, shown.x, shown.width) - left,
    height: along(y2, shown.y, shown.height) - top,
  }
}

function drawBox({ entity, area, title }: DrawnBox): Markup {
  const outline = { ...area, rx: 3, fill: 'none' }
  return element(
    'g',
    { class: 'box', 'data-entity': entity, 'pointer-events': 'all' },
    element('title', {}, title),
    element('rect', { ...outline, stroke: '#000000', 'stroke-opacity': 0.35, 'stroke-width': line.dark }),
    element('rect', { ...outline, stroke: '#FFFFFF', 'stroke-opacity': 0.95, 'stroke-width': line.light }),
    element('rect', {
      ...outline,
      stroke: entityColour(entity),
      'stroke-width': line.colour,
      'stroke-dasharray': entityDash(entity),
    }),
  )
}

function drawLabels(boxes: readonly DrawnBox[], frame: Size): Markup[] {
  const inside = { width: frame.width - 2 * label.margin, height: frame.height - 2 * label.margin }
  const widest = Math.min(label.widest, inside.width)
  const bold = (text: string): number => textWidth(text, label.size, 'bold')
  const texts = boxes.map(({ name }) => fitText(name.trim(), widest - 2 * label.padding, bold))
  const requests = boxes.map(({ area }, index): LabelRequest => ({
    box: moved(outerEdge(area), -label.margin),
    width: Math.min(widest, bold(texts[index]!) + 2 * label.padding),
    height: label.height,
  }))
  const places = layoutLabels(requests, inside).map((place) => moved(place, label.margin))
  return [
    // Leaders first: where one crosses another label it passes under it.
    ...places.flatMap((place, index) => {
      const { area, entity } = boxes[index]!
      const box = outerEdge(area)
      return distance(place, box) > 1 ? [leader(place, box, entity)] : []
    }),
    ...places.map((place, index) => drawLabel(boxes[index]!, texts[index]!, place)),
  ]
}

function drawLabel({ entity, title }: DrawnBox, text: string, place: Rectangle): Markup {
  const colour = entityColour(entity)
  return element(
    'g',
    { class: 'label', 'data-entity': entity },
    element('title', {}, title),
    element('rect', { ...inner(place, 0.75), rx: 4, fill: colour, stroke: '#FFFFFF', 'stroke-width': 1.5 }),
    setText(
      text,
      {
        x: place.x + label.padding,
        y: place.y + label.height / 2 + label.size * 0.35,
        size: label.size,
        width: place.width - 2 * label.padding,
        weight: 'bold',
      },
      { fill: textColourOn(colour) },
    ),
  )
}

/** A line from a label that does not touch its box to the nearest point of the box. */
function leader(place: Rectangle, box: Rectangle, entity: number): Markup {
  const [x1, x2] = nearest(place.x, place.width, box.x, box.width)
  const [y1, y2] = nearest(place.y, place.height, box.y, box.height)
  const ends = { x1, y1, x2, y2, 'stroke-linecap': 'round' }
  return element(
    'g',
    { class: 'leader', 'data-entity': entity },
    element('line', { ...ends, stroke: '#FFFFFF', 'stroke-width': line.light }),
    element('line', { ...ends, stroke: entityColour(entity), 'stroke-width': line.colour }),
  )
}

/** Along one axis, the points of two intervals that are nearest to each other; the middle of what they share. */
function nearest(a: number, aLength: number, b: number, bLength: number): [number, number] {
  if (a + aLength < b) return [a + aLength, b]
  if (b + bLength < a) return [a, b + bLength]
  const middle = (Math.max(a, b) + Math.min(a + aLength, b + bLength)) / 2
  return [middle, middle]
}

function moved(rectangle: Rectangle, by: number): Rectangle {
  return { ...rectangle, x: rectangle.x + by, y: rectangle.y + by }
}

function outerEdge(area: Rectangle): Rectangle {
  return inner(area, -line.light / 2)
}

function inner({ x, y, width, height }: Rectangle, by: number): Rectangle {
  return { x: x + by, y: y + by, width: width - 2 * by, height: height - 2 * by }
}

function extent({ width, height }: Rectangle): number {
  return width * height
}
