// Weights as colours over a picture, and the scale that says which colour is which weight.
import { inDigits } from './amounts.ts'
import { viridis } from './colour-scale.ts'
import type { Rectangle } from './label-layout.ts'
import { setText } from './set-text.ts'
import { decimal, element, group, type Markup } from './svg.ts'
import { textWidth } from './text-width.ts'
import { fill, type Theme } from './theme.ts'

export interface PatchGrid {
  readonly rows: number
  readonly columns: number
}

/** Weights become colours in this many steps: finer ones cannot be told apart, and each step is one path. */
const steps = 32
/** How much of the grey picture the colours cover, at the lowest weight and at the highest. */
const cover = { lowest: 0.3, highest: 0.8 }
const legend = { widestStep: 5, textSize: 12, gap: 6 }
/** In pixels. */
export const heatLegendHeight = 10

/**
 * One path for all cells of a colour, neighbours in a row joined; in units of the grid, stretched over `area`.
 * @param highest - the weight that has the brightest colour
 */
export function heatLayer(
  weights: ArrayLike<number>,
  grid: PatchGrid,
  highest: number,
  area: Rectangle,
): Markup {
  const paths = new Array<string>(steps).fill('')
  for (let row = 0; row < grid.rows; row++) {
    const stepAt = (column: number): number => step(weights[row * grid.columns + column]!, highest)
    for (let column = 0; column < grid.columns;) {
      const first = column
      do column++
      while (column < grid.columns && stepAt(column) === stepAt(first))
      paths[stepAt(first)]! += `M${first} ${row}h${column - first}v1H${first}z`
    }
  }
  const scaling = `scale(${area.width / grid.columns} ${area.height / grid.rows})`
  return element(
    'g',
    {
      transform: `translate(${decimal(area.x)} ${decimal(area.y)}) ${scaling}`,
      'shape-rendering': 'crispEdges',
    },
    ...paths.map((d, index) => d !== '' && element('path', { d, ...colourOfStep(index) })),
  )
}

function step(weight: number, highest: number): number {
  return highest === 0 ? 0 : Math.min(steps - 1, Math.floor((weight / highest) * steps))
}

function colourOfStep(index: number): { fill: string; 'fill-opacity': number } {
  const share = index / (steps - 1)
  return { fill: viridis(share), 'fill-opacity': cover.lowest + (cover.highest - cover.lowest) * share }
}

/** The scale of colours, from 0 to the highest weight. @param width - what there is room for, in pixels */
export function heatLegend(highest: number, width: number, theme: Theme): Markup {
  const size = legend.textSize
  const text = (x: number, content: string): Markup =>
    setText(content, { x, y: heatLegendHeight, size, width: textWidth(content, size) }, fill('muted', theme))
  const [least, most] = ['attention 0', inDigits(highest)]
  const left = Math.ceil(textWidth(least, size)) + legend.gap
  const room = width - left - legend.gap - textWidth(most, size)
  const stepWidth = Math.max(1, Math.min(legend.widestStep, Math.floor(room / steps)))
  const scale = { x: left, width: steps * stepWidth, height: heatLegendHeight }
  return group(
    text(0, least),
    element('rect', { ...scale, fill: '#808080' }),
    ...Array.from({ length: steps }, (_, index) =>
      element('rect', { ...scale, x: left + index * stepWidth, width: stepWidth, ...colourOfStep(index) }),
    ),
    text(left + scale.width + legend.gap, most),
  )
}
