// What charts are put together from: things to draw with a height, below each other and side by side.
import { layoutCaption } from './caption-layout.ts'
import { setText } from './set-text.ts'
import type { Size } from './label-layout.ts'
import { decimal, element, group, type Attributes, type Markup } from './svg.ts'
import { boldFactor } from './text-width.ts'
import { fill, type Role, type Theme } from './theme.ts'

/** Something to draw from (0, 0) on; how wide it is, its maker was told. */
export interface Block {
  /** In pixels. */
  readonly height: number
  /** @param id - what ids inside begin with */
  readonly draw: (id: string) => Markup
}
export interface TextStyle {
  /** Font size in pixels. */
  readonly size: number
  readonly role: Role
  readonly weight?: 'bold'
}

/** Blocks below each other. @param gap - between two of them, in pixels */
export function stacked(blocks: readonly Block[], gap: number): Block {
  let bottom = -gap
  const tops = blocks.map(({ height }) => {
    const top = bottom + gap
    bottom = top + height
    return top
  })
  return { height: Math.max(0, bottom), draw: (id) => placed(blocks, id, (index) => [0, tops[index]!]) }
}

/** Blocks beside each other. @param pitch - from the left edge of one to that of the next, in pixels */
export function sideBySide(blocks: readonly Block[], pitch: number): Block {
  const height = Math.max(0, ...blocks.map((block) => block.height))
  return { height, draw: (id) => placed(blocks, id, (index) => [index * pitch, 0]) }
}

/** Text in as many lines as it takes. @param width - of the longest line, in pixels */
export function textBlock(text: string, style: TextStyle, width: number, theme: Theme): Block {
  const { size, role, weight } = style
  const lineHeight = Math.round(size * 1.4)
  const lines = layoutCaption(text, [], weight === 'bold' ? width / boldFactor : width, size)
  const drawn = lines.flatMap((runs, row) =>
    runs.map((run) => {
      const width = run.width * (weight === 'bold' ? boldFactor : 1)
      const place = { x: run.x, y: size + row * lineHeight, size, width, ...(weight && { weight }) }
      return setText(run.text, place, fill(role, theme))
    }),
  )
  return { height: (lines.length - 1) * lineHeight + Math.round(size * 1.2), draw: () => group(...drawn) }
}

/** A block on a rectangle with round corners. @param padding - between its edge and the block, in pixels */
export function framed(block: Block, width: number, padding: Size, paint: Attributes): Block {
  const height = block.height + 2 * padding.height
  const edge = { x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 6 }
  return {
    height,
    draw: (id) =>
      group(element('rect', { ...edge, ...paint }), moved(block.draw(id), padding.width, padding.height)),
  }
}

/** Markup with its origin elsewhere. */
export function moved(drawn: Markup, x: number, y: number): Markup {
  if (x === 0 && y === 0) return drawn
  return element('g', { transform: `translate(${decimal(x)} ${decimal(y)})` }, drawn)
}

function placed(blocks: readonly Block[], id: string, at: (index: number) => [x: number, y: number]): Markup {
  return group(
    ...blocks.map((block, index) => {
      const [x, y] = at(index)
      return moved(block.draw(`${id}-${index}`), x, y)
    }),
  )
}
