// Which colour means what: the legend of a chart's colour scale.
import type { Block } from './blocks.ts'
import { setText } from './set-text.ts'
import { element, group, type Markup } from './svg.ts'
import { textWidth } from './text-width.ts'
import { fill, type Theme } from './theme.ts'

/** A colour scale as Observable Plot exposes it. */
export interface ColourScale {
  /** `ordinal`, `categorical`, `threshold`, or one of numbers such as `linear` and `log`. */
  readonly type: string
  readonly domain: readonly unknown[]
  /** Of a threshold scale, one colour more than the domain has numbers. */
  readonly range?: readonly unknown[]
  /** The colour of a value. */
  apply: (value: unknown) => unknown
}

/** Whether a scale of this type gives each value of its domain a colour of its own. */
export function isCategorical(type: string): boolean {
  return type === 'ordinal' || type === 'categorical'
}

const style = { size: 12, swatch: 11, gap: 18, lineHeight: 20 }
/** A continuous scale is shown in so many steps. */
const ramp = { steps: 40, widest: 240, height: 10, gap: 6 }

/** @param label - what the colours stand for; without it there is only the scale */
export function colourLegend(
  scale: ColourScale,
  label: string | null | undefined,
  width: number,
  theme: Theme,
): Block {
  const named = label === undefined || label === null ? [] : [{ text: label, colour: undefined }]
  if (isCategorical(scale.type) || scale.type === 'threshold')
    return swatchLegend([...named, ...entries(scale)], width, theme)
  return rampLegend(scale, label ?? '', width, theme)
}

/** One entry of a legend; without a colour it is the legend's name. */
export interface LegendEntry {
  readonly text: string
  readonly colour: string | undefined
}

/** Squares of colour with their meaning, in as many lines as it takes. */
export function swatchLegend(entries: readonly LegendEntry[], width: number, theme: Theme): Block {
  let [x, y] = [0, 0]
  const drawn = entries.map(({ text, colour }) => {
    const left = colour === undefined ? 0 : style.swatch + 6
    const entryWidth = left + textWidth(text, style.size)
    if (x > 0 && x + entryWidth > width) [x, y] = [0, y + style.lineHeight]
    const square = { x, y, width: style.swatch, height: style.swatch, rx: 2 }
    const place = { x: x + left, y: y + style.swatch - 1, size: style.size, width: entryWidth - left }
    x += entryWidth + style.gap
    return group(
      colour !== undefined && element('rect', { ...square, fill: colour }),
      setText(text, place, fill('muted', theme)),
    )
  })
  return { height: y + style.size, draw: () => group(...drawn) }
}

function entries({ type, domain, range, apply }: ColourScale): LegendEntry[] {
  if (type !== 'threshold')
    return domain.map((value) => ({ text: inWords(value), colour: String(apply(value)) }))
  const limits = domain.map(inWords)
  return (range ?? []).map((colour, index) => {
    const [from, to] = [limits[index - 1], limits[index]]
    const text = from === undefined ? `below ${to}` : to === undefined ? `from ${from}` : `${from} to ${to}`
    return { text, colour: String(colour) }
  })
}

function rampLegend(scale: ColourScale, label: string, width: number, theme: Theme): Block {
  const [low, high] = [Number(scale.domain[0]), Number(scale.domain.at(-1))]
  const [before, after] = [`${label} ${inWords(scale.domain[0])}`.trim(), inWords(scale.domain.at(-1))]
  const left = textWidth(before, style.size) + ramp.gap
  const room = width - left - ramp.gap - textWidth(after, style.size)
  const step = Math.max(1, Math.min(ramp.widest, room) / ramp.steps)
  const text = (x: number, content: string): Markup =>
    setText(
      content,
      { x, y: ramp.height, size: style.size, width: textWidth(content, style.size) },
      fill('muted', theme),
    )
  const drawn = group(
    text(0, before),
    ...Array.from({ length: ramp.steps }, (_, index) => {
      // A logarithmic scale has no middle between its ends but their geometric one.
      const share = (index + 0.5) / ramp.steps
      const value = scale.type === 'log' ? low * (high / low) ** share : low + (high - low) * share
      const colour = String(scale.apply(value))
      // A little wider than a step, so that no seam shows.
      return element('rect', {
        x: left + index * step,
        y: 0,
        width: step + 0.5,
        height: ramp.height,
        fill: colour,
      })
    }),
    text(left + ramp.steps * step + ramp.gap, after),
  )
  return { height: style.size, draw: () => drawn }
}

function inWords(value: unknown): string {
  if (value instanceof Date) return value.toISOString().replace(/T00:00:00\.000Z$/, '')
  return typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value)
}
