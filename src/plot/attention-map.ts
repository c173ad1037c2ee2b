// Attention over a picture: one cell a patch, dark where little falls and bright where much does.
import { invalidRange, invalidType, rejectUnknownOptions } from '../errors.ts'
import type { ImageInput } from '../image/image-input.ts'
import { inDigits } from './amounts.ts'
import { cardPadding, svgCard } from './card.ts'
import { heatLayer, heatLegend, heatLegendHeight, type PatchGrid } from './heat-layer.ts'
import type { Size } from './label-layout.ts'
import { checkWidth, embedPicture } from './picture.ts'
import { setText } from './set-text.ts'
import { decimal, element, group, type Markup } from './svg.ts'
import { fitText, textWidth } from './text-width.ts'
import { checkTheme, fill, type Theme } from './theme.ts'

export interface AttentionMapOptions {
  /** Width of the whole, 160 to 4096 pixels; by default as the picture's own within 320 to 640, for several maps 640. */
  readonly width?: number | undefined
  /** By default `auto`: light or dark as the reader's system is. */
  readonly theme?: Theme | undefined
  /** How the patches lie; by default in as many rows as columns. */
  readonly grid?: PatchGrid | undefined
}
export interface AttentionMapsOptions extends AttentionMapOptions {
  /** How many maps stand side by side, 1 to 16; by default four, or as many as there are. */
  readonly columns?: number | undefined
}
/** One of several maps. */
export interface LabelledWeights {
  readonly label: string
  /** One weight a patch, row by row from the top left, none below 0. */
  readonly weights: ArrayLike<number>
}

const gap = 12
const labels = { size: 13, height: 24 }

/**
 * Draws weights over a picture, for instance where the latent queries look: `patchAttention(projection_attentions)`.
 * The picture is grey, the colours (viridis) run from 0 to the greatest weight.
 * @param weights - one a patch, row by row from the top left, none below 0
 * @returns an SVG document: the same input gives the same string
 * @throws {TypeError | RangeError} if weights or an option are not what they should be
 * @throws {ImageError} if the picture cannot be read
 */
export async function attentionMap(
  image: ImageInput,
  weights: ArrayLike<number>,
  options: AttentionMapOptions = {},
): Promise<string> {
  rejectUnknownOptions('attentionMap', options, ['width', 'theme', 'grid'])
  return draw(image, [{ label: '', weights }], { ...options, columns: 1, labelHeight: 0 })
}

/**
 * Draws several maps of one picture side by side, for instance of several latent queries. All share one scale, from 0
 * to the greatest weight of any, so that they can be compared.
 * @param maps - each with its weights and the label below it
 * @returns an SVG document: the same input gives the same string
 * @throws as `attentionMap`
 */
export async function attentionMaps(
  image: ImageInput,
  maps: readonly LabelledWeights[],
  options: AttentionMapsOptions = {},
): Promise<string> {
  rejectUnknownOptions('attentionMaps', options, ['width', 'theme', 'grid', 'columns'])
  checkMaps(maps)
  const columns = options.columns ?? Math.min(4, maps.length)
  if (!Number.isInteger(columns) || columns < 1 || columns > 16)
    throw invalidRange('columns', 'a whole number from 1 to 16', columns)
  return draw(image, maps, { ...options, width: options.width ?? 640, columns, labelHeight: labels.height })
}

interface DrawOptions extends AttentionMapsOptions {
  readonly columns: number
  readonly labelHeight: number
}

async function draw(
  image: ImageInput,
  maps: readonly LabelledWeights[],
  { columns, labelHeight, ...options }: DrawOptions,
): Promise<string> {
  const theme = checkTheme(options.theme ?? 'auto')
  const width = checkWidth(options.width)
  const grids = maps.map(({ weights }, index) =>
    checkWeights(maps.length === 1 ? 'weights' : `maps[${index}].weights`, weights, options.grid),
  )
  const highest = Math.max(...maps.map(({ weights }) => maximum(weights)))
  // Without a width, the picture alone says how wide one map is.
  const mapWidth =
    width === undefined
      ? undefined
      : Math.max(16, Math.floor((width - 2 * cardPadding - (columns - 1) * gap) / columns))
  const { frame, shown, href, pixelHash } = await embedPicture(image, {
    width: mapWidth,
    density: columns > 1 ? 2 : 1,
    greyscale: true,
  })
  const rowHeight = frame.height + labelHeight + gap
  const rows = Math.ceil(maps.length / columns)
  const legendTop = cardPadding + rows * rowHeight
  const innerWidth = columns * frame.width + (columns - 1) * gap

  return svgCard(
    {
      content: [pixelHash, maps.map(({ label, weights }) => [label, Array.from(weights)]), grids, columns],
      width: innerWidth + 2 * cardPadding,
      height: legendTop + heatLegendHeight + cardPadding,
      title:
        maps.length === 1 ? 'Attention over the picture' : `Attention over the picture, ${maps.length} maps`,
      description: `The colours run from weight 0, dark, to ${inDigits(highest)}, bright.`,
      theme,
    },
    (id) =>
      group(
        element(
          'defs',
          {},
          element('image', { id: `${id}-picture`, ...shown, preserveAspectRatio: 'none', href }),
        ),
        ...maps.map((map, index) =>
          element(
            'g',
            {
              class: 'map',
              transform: translation(
                cardPadding + (index % columns) * (frame.width + gap),
                cardPadding + Math.floor(index / columns) * rowHeight,
              ),
            },
            element('rect', { ...frame, ...fill('mat', theme) }),
            element('use', { href: `#${id}-picture` }),
            heatLayer(map.weights, grids[index]!, highest, shown),
            map.label !== '' && mapLabel(map.label, frame, theme),
          ),
        ),
        element(
          'g',
          { transform: translation(cardPadding, legendTop) },
          heatLegend(highest, innerWidth, theme),
        ),
      ),
  )
}

function mapLabel(label: string, frame: Size, theme: Theme): Markup {
  const text = fitText(label, frame.width, (part) => textWidth(part, labels.size))
  const place = { x: frame.width / 2, y: frame.height + labels.height - 7, anchor: 'middle' } as const
  return setText(text, { ...place, size: labels.size }, fill('text', theme))
}

function checkMaps(maps: unknown): void {
  if (!Array.isArray(maps) || maps.length === 0)
    throw invalidType('maps', 'an array of at least one { label, weights }', maps)
  for (const [index, map] of (maps as unknown[]).entries()) {
    const { label } = (map ?? {}) as { readonly label?: unknown }
    if (typeof label !== 'string') throw invalidType(`maps[${index}].label`, 'a string', label)
  }
}

function checkWeights(name: string, weights: unknown, grid: PatchGrid | undefined): PatchGrid {
  if (!Array.isArray(weights) && !ArrayBuffer.isView(weights))
    throw invalidType(name, 'a Float32Array or an array of numbers', weights)
  const values: unknown[] = Array.from(weights as ArrayLike<unknown>)
  for (const [index, weight] of values.entries())
    if (typeof weight !== 'number' || !Number.isFinite(weight) || weight < 0)
      throw invalidRange(`${name}[${index}]`, 'a finite number from 0', weight)
  const side = Math.sqrt(values.length)
  const { rows, columns } = grid ?? { rows: side, columns: side }
  if (!Number.isInteger(rows) || !Number.isInteger(columns) || rows < 1 || rows * columns !== values.length)
    throw invalidRange(
      `the length of ${name}`,
      grid === undefined
        ? 'a square number, one weight a patch (for another shape pass the option grid: { rows, columns })'
        : `one weight for each of ${rows} x ${columns} patches`,
      values.length,
    )
  return { rows, columns }
}

/** Not `Math.max(...weights)`: a long list is more than a call takes. */
function maximum(weights: ArrayLike<number>): number {
  return Array.from(weights).reduce((a, b) => Math.max(a, b), 0)
}

function translation(x: number, y: number): string {
  return `translate(${decimal(x)} ${decimal(y)})`
}
