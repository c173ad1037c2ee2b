// How large a model is in several precisions: a bar for each, its parts one after the other.
import { invalidRange, invalidType, rejectUnknownOptions } from '../errors.ts'
import { inBytes, inDigits } from './amounts.ts'
import { barRows, besideBar, rowTextSize } from './bar-rows.ts'
import { stacked } from './blocks.ts'
import { cardPadding } from './card.ts'
import { chartCard } from './chart-card.ts'
import { chartFrameOptions, checkChartFrame, type ChartFrame } from './chart-frame.ts'
import { swatchLegend } from './colour-legend.ts'
import { entityColour, textColourOn } from './colours.ts'
import { plotBlock } from './plot-block.ts'
import { textWidth } from './text-width.ts'

/** One version of a model. */
export interface ModelSize {
  /** What is written beside it, such as `INT4`. */
  readonly name: string
  /** Bytes by part, such as `{ vision: 1215e6, projection: 79e6, text: 5301e6 }`. */
  readonly bytes: Readonly<Record<string, number>>
}

/**
 * Draws the bytes of a model's versions, by part, with their totals and how many times smaller than the first the
 * others are.
 * @param sizes - one to twelve versions, the first being the one that the others are held against; what parts the
 * first has, the others have too
 * @returns an SVG document: the same input gives the same string
 * @throws {TypeError | RangeError} if something is not what it should be, naming it
 */
export async function sizeChart(sizes: readonly ModelSize[], options: ChartFrame = {}): Promise<string> {
  rejectUnknownOptions('sizeChart', options, chartFrameOptions)
  const frame = checkChartFrame(options)
  const parts = checkSizes(sizes)
  const Plot = await import('@observablehq/plot')
  const totals = sizes.map(({ bytes }) => parts.reduce((sum, part) => sum + bytes[part]!, 0))
  const rows = sizes.map(({ name }, index) => ({ name, end: totals[index]!, text: inTotal(totals, index) }))
  const width = frame.width - 2 * cardPadding
  const { options: layout, scale } = barRows(rows, Math.max(...totals), width)
  const pieces = sizes.flatMap(({ name, bytes }) => {
    let end = 0
    return parts.map((part, index) => {
      const start = end
      end += bytes[part]!
      const text = inBytes(bytes[part]!)
      const fits = textWidth(text, rowTextSize) + 2 * besideBar <= bytes[part]! * scale
      return {
        name,
        start,
        end,
        middle: (start + end) / 2,
        colour: entityColour(index),
        text: fits ? text : '',
      }
    })
  })
  const bars = await plotBlock(
    {
      ...layout,
      marks: [
        Plot.barX(pieces, { x1: 'start', x2: 'end', y: 'name', fill: 'colour' }),
        Plot.text(pieces, {
          x: 'middle',
          y: 'name',
          text: 'text',
          fill: ({ colour }: { colour: string }) => textColourOn(colour),
        }),
        Plot.text(rows, { x: 'end', y: 'name', text: 'text', textAnchor: 'start', dx: besideBar }),
      ],
    },
    width,
    frame.theme,
  )
  const legend = parts.map((part, index) => ({ text: part, colour: entityColour(index) }))
  return chartCard({
    ...frame,
    description: sizes.map((size, index) => describe(size, parts, inTotal(totals, index))).join('. '),
    body: stacked([swatchLegend(legend, width, frame.theme), bars], 10),
  })
}

function inTotal(totals: readonly number[], index: number): string {
  const [first, own] = [totals[0]!, totals[index]!]
  return index === 0 ? inBytes(own) : `${inBytes(own)} (${inDigits(first / own)}× smaller)`
}

function describe({ name, bytes }: ModelSize, parts: readonly string[], total: string): string {
  return `${name}: ${total}, of which ${parts.map((part) => `${part} ${inBytes(bytes[part]!)}`).join(', ')}`
}

/** Checks the sizes. @returns the names of the parts */
function checkSizes(sizes: unknown): string[] {
  if (!Array.isArray(sizes) || sizes.length < 1 || sizes.length > 12)
    throw invalidType('sizes', 'an array of one to twelve { name, bytes }', sizes)
  let parts: string[] | undefined
  for (const [index, size] of (sizes as Partial<Record<keyof ModelSize, unknown>>[]).entries()) {
    const { name, bytes } = size
    if (typeof name !== 'string') throw invalidType(`sizes[${index}].name`, 'a string', name)
    if ((sizes as { name: unknown }[]).findIndex((other) => other.name === name) !== index)
      throw invalidRange(`sizes[${index}].name`, 'each name once', name)
    if (typeof bytes !== 'object' || bytes === null || Object.keys(bytes).length === 0)
      throw invalidType(
        `sizes[${index}].bytes`,
        'bytes by part, such as { vision: 1.2e9, text: 5.3e9 }',
        bytes,
      )
    const own = Object.keys(bytes)
    parts ??= own
    if (own.length !== parts.length || own.some((part) => !parts?.includes(part)))
      throw invalidRange(`the parts of sizes[${index}].bytes`, `those of the first, ${parts.join(', ')}`, own)
    for (const [part, count] of Object.entries(bytes))
      if (!Number.isFinite(count) || Number(count) <= 0)
        throw invalidRange(`sizes[${index}].bytes.${part}`, 'a number of bytes above 0', count)
  }
  return parts!
}
