// How a prompt becomes ids: each token with its id, coloured by what it is there for, the image slots drawn as one.
import { rejectUnknownOptions } from '../errors.ts'
import { cardPadding, svgCard } from './card.ts'
import { entityColour } from './colours.ts'
import { checkWidth } from './picture.ts'
import { setText } from './set-text.ts'
import { decimal, element, group, type Attributes, type Markup } from './svg.ts'
import { fitText, monospaceWidth, textWidth } from './text-width.ts'
import { checkTheme, fill, stroke, type Theme } from './theme.ts'
import { tokenBlocks, type TokenBlock, type TokenInputs, type TokenSource } from './token-blocks.ts'
import { tokenKinds, type TokenKind } from './token-kinds.ts'

export interface TokenViewOptions {
  /** Which row of a batch, from 0; by default the first. */
  readonly row?: number | undefined
  /** Width on the page, 320 to 4096 pixels; by default 640. */
  readonly width?: number | undefined
  /** By default `auto`: light or dark as the reader's system is. */
  readonly theme?: Theme | undefined
}

const kinds: Readonly<Record<TokenKind, { name: string; colour: string }>> = {
  special: { name: 'special', colour: '#8A94A0' },
  image: { name: 'image', colour: entityColour(0) },
  grounding: { name: 'grounding tags', colour: entityColour(2) },
  patch: { name: 'patch indices', colour: entityColour(1) },
  text: { name: 'text', colour: 'none' },
}
const chip = { height: 42, padding: 8, radius: 5, gap: 6, rowGap: 8, tint: 0.2 }
const pieceText = { size: 13, baseline: 18 }
const idText = { size: 11, baseline: 34 }
/** The image slots as little squares: in how many rows, and how far apart at most. */
const slotGrid = { rows: 4, pitch: 8, widest: 128 }
const legend = { size: 12, swatch: 11, gap: 18, top: 14, lineHeight: 20 }

/**
 * Draws the tokens of a prompt or an answer with their ids. Positions that take image embeddings are one block with
 * their number: their ids are only place holders.
 * @param inputs - what the processor gave, of which `input_ids` and `image_embeds_position_mask` are looked at
 * @param tokens - the tokens as strings, or a tokenizer with `convert_ids_to_tokens`
 * @returns an SVG document: the same input gives the same string
 * @throws {TypeError | RangeError} if something is not what it should be, naming it
 */
export function tokenView(inputs: TokenInputs, tokens: TokenSource, options: TokenViewOptions = {}): string {
  rejectUnknownOptions('tokenView', options, ['row', 'width', 'theme'])
  const theme = checkTheme(options.theme ?? 'auto')
  const width = checkWidth(options.width, 320) ?? 640
  const blocks = tokenBlocks(inputs, tokens, options.row ?? 0)
  const right = width - cardPadding

  const drawn: Markup[] = []
  let [x, y] = [cardPadding, cardPadding]
  for (const block of blocks) {
    const content = block.slots ? slotsContent(block, theme) : tokenContent(block, right - cardPadding, theme)
    if (x > cardPadding && x + content.width > right) [x, y] = [cardPadding, y + chip.height + chip.rowGap]
    drawn.push(
      element(
        'g',
        { class: `token ${block.kind}`, transform: `translate(${decimal(x)} ${decimal(y)})` },
        element('title', {}, describe(block)),
        element('rect', { ...outline(block.kind, theme), width: content.width }),
        content.drawn,
      ),
    )
    x += content.width + chip.gap
  }
  const below = legendOf(blocks, y + chip.height + legend.top, right, theme)
  const count = blocks.reduce((total, { ids }) => total + ids.length, 0)
  return svgCard(
    {
      content: blocks,
      width,
      height: below.bottom + cardPadding,
      title: `${count} tokens and their ids`,
      description: blocks.map(describe).join('; '),
      theme,
    },
    () => group(...drawn, below.drawn),
  )
}

interface LineStyle {
  readonly size: number
  readonly baseline: number
}
interface Legend {
  readonly drawn: Markup
  readonly bottom: number
}
interface Content {
  readonly width: number
  readonly drawn: Markup
}

/** One token, or several equal ones: its text, below it the id. */
function tokenContent({ piece, ids }: TokenBlock, widest: number, theme: Theme): Content {
  const measure = (text: string): number => monospaceWidth(text, pieceText.size)
  const text = fitText(piece, widest - 2 * chip.padding, measure)
  const below = ids.length === 1 ? String(ids[0]) : `${ids[0]} × ${ids.length}`
  const inner = Math.max(measure(text), monospaceWidth(below, idText.size), 14)
  const centre = inner / 2 + chip.padding
  return {
    width: inner + 2 * chip.padding,
    drawn: group(
      line(text, centre, pieceText, measure(text), fill('text', theme)),
      line(below, centre, idText, monospaceWidth(below, idText.size), fill('muted', theme)),
    ),
  }
}

/** The image slots: a square each, beside them their number and ids. */
function slotsContent({ ids }: TokenBlock, theme: Theme): Content {
  const columns = Math.ceil(ids.length / slotGrid.rows)
  const pitch = Math.min(slotGrid.pitch, slotGrid.widest / columns)
  const side = pitch * 0.75
  const squares = ids.map((_, index) => {
    const [left, top] = [(index % columns) * pitch, Math.floor(index / columns) * slotGrid.pitch]
    return `M${decimal(left)} ${decimal(top)}h${decimal(side)}v6h${decimal(-side)}z`
  })
  const above = `${ids.length} image slots`
  const below = idsInWords(ids)
  const left = chip.padding + columns * pitch + chip.padding
  const inner = Math.max(monospaceWidth(above, pieceText.size), monospaceWidth(below, idText.size))
  const centre = left + inner / 2
  return {
    width: left + inner + chip.padding,
    drawn: group(
      element('path', {
        d: squares.join(''),
        fill: kinds.image.colour,
        transform: `translate(${chip.padding} ${(chip.height - slotGrid.rows * slotGrid.pitch + 2) / 2})`,
      }),
      line(above, centre, pieceText, monospaceWidth(above, pieceText.size), fill('text', theme)),
      line(below, centre, idText, monospaceWidth(below, idText.size), fill('muted', theme)),
    ),
  }
}

function line(text: string, centre: number, style: LineStyle, width: number, colour: Attributes): Markup {
  const place = { x: centre - width / 2, y: style.baseline }
  return setText(text, { ...place, size: style.size, width, family: 'monospace' }, colour)
}

function outline(kind: TokenKind, theme: Theme): Attributes {
  const { colour } = kinds[kind]
  const paint =
    kind === 'text'
      ? { fill: 'none', ...stroke('border', theme) }
      : { fill: colour, 'fill-opacity': chip.tint, stroke: colour }
  return { x: 0.5, y: 0.5, height: chip.height - 1, rx: chip.radius, ...paint }
}

/** Which colour means what, and how many tokens of each kind there are; in as many lines as that takes. */
function legendOf(blocks: readonly TokenBlock[], top: number, right: number, theme: Theme): Legend {
  let [x, y] = [cardPadding, top]
  const entries = tokenKinds.flatMap((kind) => {
    const count = blocks.reduce((total, block) => total + (block.kind === kind ? block.ids.length : 0), 0)
    if (count === 0) return []
    const text = `${kinds[kind].name}: ${count}`
    const width = legend.swatch + 6 + textWidth(text, legend.size)
    if (x > cardPadding && x + width > right) [x, y] = [cardPadding, y + legend.lineHeight]
    const swatch = { x, y, rx: 2, width: legend.swatch, height: legend.swatch }
    const place = { x: x + legend.swatch + 6, y: y + legend.swatch - 1, size: legend.size }
    x += width + legend.gap
    return [
      element('rect', { ...outline(kind, theme), ...swatch }),
      setText(text, place, fill('muted', theme)),
    ]
  })
  return { drawn: group(...entries), bottom: y + legend.size }
}

/** A block in words, e.g. `position 0: <s>, id 0`. */
function describe({ slots, piece, ids, position }: TokenBlock): string {
  const where =
    ids.length === 1 ? `position ${position}` : `positions ${position} to ${position + ids.length - 1}`
  return `${where}: ${slots ? `${ids.length} image slots` : piece}, ${idsInWords(ids)}`
}

/** The ids of a block: one, equal ones, ones that follow each other, or others. */
function idsInWords(ids: readonly number[]): string {
  const [first, last] = [ids[0]!, ids.at(-1)!]
  if (ids.every((id) => id === first)) return `id ${first}`
  return ids.every((id, index) => id === first + index) ? `ids ${first} to ${last}` : `ids ${first} … ${last}`
}
