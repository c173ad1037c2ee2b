// Horizontal bars with names on their left and numbers on their right: how such a chart is laid out in Plot.
import type { PlotOptions } from './plot-block.ts'
import { fitText, textWidth } from './text-width.ts'

/** The font size of names and numbers, in pixels. */
export const rowTextSize = 12
/** Between a bar and the texts on either side, in pixels. */
export const besideBar = 7
const rowHeight = 26
/** The share of the width that names may take. */
const widestName = 0.4

/** A row: its name, how far its bar reaches, and what stands on the right of it. */
export interface BarRow {
  readonly name: string
  /** From 0. */
  readonly end: number
  readonly text: string
}

/**
 * Lays out one row a name, without an axis: the numbers stand beside the bars.
 * @param rows - in the order from the top, each name once
 * @param highest - what a bar reaches at most, even if none does
 * @param width - of the whole, in pixels
 * @returns options for `Plot.plot`, and the pixels of one unit
 */
export function barRows(
  rows: readonly BarRow[],
  highest: number,
  width: number,
): { readonly options: PlotOptions; readonly scale: number } {
  const measure = (text: string): number => textWidth(text, rowTextSize)
  const fitted = (name: string): string => fitText(name, widestName * width, measure)
  const marginLeft = Math.ceil(Math.max(...rows.map(({ name }) => measure(fitted(name))))) + besideBar
  const room = width - marginLeft
  // As long as they can be with all texts beside them in view.
  const scale = Math.min(
    room / highest,
    ...rows.map(({ end, text }) => (end === 0 ? Infinity : (room - besideBar - measure(text)) / end)),
  )
  const options = {
    height: rows.length * rowHeight,
    marginTop: 0,
    marginBottom: 0,
    marginLeft,
    marginRight: 0,
    x: { axis: null, domain: [0, room / scale] },
    y: {
      domain: rows.map(({ name }) => name),
      label: null,
      tickSize: 0,
      tickPadding: besideBar,
      tickFormat: fitted,
      padding: 0.25,
    },
  }
  return { options, scale }
}
