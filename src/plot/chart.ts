// Any chart of Observable Plot as a picture like the others here: one SVG, on a card that follows light and dark.
import { invalidType, rejectUnknownOptions } from '../errors.ts'
import { cardPadding } from './card.ts'
import { chartCard } from './chart-card.ts'
import { checkChartFrame, type ChartFrame } from './chart-frame.ts'
import { plotBlock } from './plot-block.ts'
import type { Theme } from './theme.ts'

export interface ChartOptions {
  /** By default `auto`: light or dark as the reader's system is. */
  readonly theme?: Theme | undefined
}

/**
 * Draws a chart with Observable Plot, without a browser:
 *
 *     import * as Plot from '@observablehq/plot'
 *     await chart({ title: 'Tokens a second', marks: [Plot.barX(rows, { x: 'rate', y: 'precision' })] })
 *
 * Neutral colours follow light and dark: `currentColor` and `var(--muted)` for text, `var(--border)` for lines,
 * `var(--mat)` and `var(--card)` for areas. Other colours stay as they are; where none are chosen, categories have
 * those of phrases, and numbers viridis. What answers to the pointer, such as Plot's tips, needs a browser and is
 * not shown.
 * @param plot - what `Plot.plot` takes (`Plot.PlotOptions`). `width` is the card's, 280 to 4096 pixels, by default 640;
 * `title`, `subtitle` and `caption` are texts; `ariaDescription` says in words what is to be seen; of legends there is
 * `color: { legend: true }`
 * @returns an SVG document: the same input gives the same string
 * @throws {TypeError | RangeError} if an option is not what it should be, or Plot cannot draw it
 */
export async function chart(plot: object, options: ChartOptions = {}): Promise<string> {
  rejectUnknownOptions('chart', options, ['theme'])
  const marks = (plot as { readonly marks?: unknown } | null | undefined)?.marks
  if (!Array.isArray(marks))
    throw invalidType('marks', 'an array of marks, such as [Plot.barX(rows, { x, y })]', marks)
  const { title, subtitle, caption, width, ariaDescription = '', ...rest } = plot as PlotTexts
  if (typeof ariaDescription !== 'string') throw invalidType('ariaDescription', 'a string', ariaDescription)
  const frame = checkChartFrame({ title, subtitle, caption, width, theme: options.theme })
  const body = await plotBlock(rest, frame.width - 2 * cardPadding, frame.theme)
  return chartCard({ ...frame, description: ariaDescription, body })
}

interface PlotTexts extends Omit<ChartFrame, 'theme'> {
  readonly ariaDescription?: string
}
