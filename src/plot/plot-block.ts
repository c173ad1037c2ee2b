// What Observable Plot draws, as a block of a chart.
import { show } from '../errors.ts'
import { stacked, type Block } from './blocks.ts'
import { colourLegend, isCategorical, type ColourScale } from './colour-legend.ts'
import { colourCount, entityColour } from './colours.ts'
import { emptyDocument } from './document.ts'
import { foreignSvg } from './foreign-svg.ts'
import { families } from './set-text.ts'
import type { Theme } from './theme.ts'

/** Options of `Plot.plot`: the ones named here are looked at, the others go to Plot as they are. */
export interface PlotOptions {
  readonly color?: (LegendOptions & { readonly label?: string | null }) | undefined
  readonly symbol?: LegendOptions | undefined
  readonly opacity?: LegendOptions | undefined
  readonly [option: string]: unknown
}
interface LegendOptions {
  readonly legend?: unknown
}

const fontSize = '12'
/** Below the axis is room for its ticks and for its label in this font size. */
const marginBottom = 38

/**
 * Draws options of `Plot.plot`, and above it the legend of its colours if `color: { legend: true }` asks for one.
 * Where the options choose no colours, categories have those of phrases, and numbers viridis.
 * @param width - in pixels
 * @throws {TypeError} if Plot cannot draw them, or if they ask for a legend of anything but colours
 */
export async function plotBlock(options: PlotOptions, width: number, theme: Theme): Promise<Block> {
  for (const name of ['symbol', 'opacity'] as const)
    if (options[name]?.legend)
      throw new TypeError(
        `Expected a legend of colours only, color: { legend: true }, but ${name} has one too`,
      )
  const { legend, ...color } = options.color ?? {}
  const drawn = await plot(options, color, width)
  const chosen = 'range' in color || 'scheme' in color || 'interpolate' in color
  const ours = chosen || drawn.scale === undefined ? undefined : ourColours(drawn.scale)
  const { root, scale } = ours === undefined ? drawn : await plot(options, { ...color, ...ours }, width)
  const attributes = {
    fill: 'currentColor',
    'font-family': families.sans,
    'font-size': fontSize,
    'text-anchor': 'middle',
    style: root.getAttribute('style') ?? undefined,
  }
  const block: Block = {
    height: Number(root.getAttribute('height')),
    draw: (id) => foreignSvg(root, id, theme, attributes),
  }
  const shown =
    legend && scale !== undefined ? [colourLegend(scale, color.label, width, theme), block] : [block]
  return stacked(shown, 10)
}

async function plot(
  options: PlotOptions,
  color: object,
  width: number,
): Promise<{ root: Element; scale: ColourScale | undefined }> {
  const [Plot, document] = await Promise.all([import('@observablehq/plot'), emptyDocument()])
  try {
    const drawn = Plot.plot({ marginBottom, ...options, color, width, document, figure: false } as object)
    return { root: drawn, scale: drawn.scale('color') as ColourScale | undefined }
  } catch (error) {
    throw new TypeError(`Observable Plot cannot draw ${show(options)}: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

/** Our colours for a scale that none were chosen for; none if there are more categories than colours. */
function ourColours({ type, domain }: ColourScale): object | undefined {
  if (!isCategorical(type)) return type === 'linear' ? { scheme: 'viridis' } : undefined
  return domain.length <= colourCount ? { range: domain.map((_, index) => entityColour(index)) } : undefined
}
