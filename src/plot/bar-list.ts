// Small bars in a list, each with its name and its number: for amounts beside a picture.
import { stacked, type Block } from './blocks.ts'
import { setText } from './set-text.ts'
import { element, group } from './svg.ts'
import { fitText, textWidth } from './text-width.ts'
import { fill, type Theme } from './theme.ts'

export interface NamedBar {
  readonly name: string
  /** From 0; the greatest has the full length. */
  readonly value: number
  readonly text: string
}

const size = 11
const line = { height: 16, bar: 8, gap: 8 }
/** The share of the width that names may take. */
const widestName = 0.62

/** @param width - in pixels */
export function barList(bars: readonly NamedBar[], colour: string, width: number, theme: Theme): Block {
  const measure = (text: string): number => textWidth(text, size)
  const names = bars.map(({ name }) => fitText(name, widestName * width, measure))
  const left = Math.max(0, ...names.map(measure)) + line.gap
  const right = Math.max(0, ...bars.map(({ text }) => measure(text))) + line.gap
  const most = Math.max(0, ...bars.map(({ value }) => value))
  const rows = bars.map(({ value, text }, index): Block => {
    const length = most === 0 ? 0 : (value / most) * (width - left - right)
    const bar = {
      x: left,
      y: (line.height - line.bar) / 2,
      width: Math.max(1, length),
      height: line.bar,
      rx: 1,
    }
    const drawn = group(
      setText(names[index]!, { x: 0, y: size + 1, size, width: measure(names[index]!) }, fill('text', theme)),
      element('rect', { ...bar, fill: colour }),
      setText(text, { x: left + bar.width + line.gap, y: size + 1, size }, fill('muted', theme)),
    )
    return { height: line.height, draw: () => drawn }
  })
  return stacked(rows, 0)
}
