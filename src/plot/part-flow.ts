// The way through a part of the model, from the top to the bottom: inputs, blocks, outputs.
import type { OperationCount, PartBlock, PartPort } from '../ir/describe-part.ts'
import { inBytes } from './amounts.ts'
import { framed, stacked, type Block } from './blocks.ts'
import { entityColour } from './colours.ts'
import type { FoldedBlock } from './part-layers.ts'
import { setText } from './set-text.ts'
import { decimal, element, group, type Attributes, type Markup } from './svg.ts'
import { fitText, monospaceWidth, textWidth } from './text-width.ts'
import { fill, fillAndStroke, stroke, type Role, type Theme } from './theme.ts'

/** Font sizes, and heights of lines, in pixels. */
const name = { size: 12, height: 18 }
const small = { size: 11, height: 15 }
const padding = { width: 10, height: 6 }
const gap = { blocks: 6, arrow: 18 }

/** A heading, and below it ports, one a line: name, type and shape. */
export function portList(heading: string, ports: readonly PartPort[], width: number, theme: Theme): Block {
  const inner = width - 2 * padding.width
  const lines = ports.flatMap((port) => {
    const shape = `${port.type} [${port.shape.map((dim) => dim ?? '?').join(', ')}]`
    const shapeWidth = monospaceWidth(shape, small.size)
    const fits = monospaceWidth(port.name, name.size) + 12 + shapeWidth <= inner
    const shown = fitText(port.name, inner, (text) => monospaceWidth(text, name.size))
    const left = code(shown, 0, name, 'text', theme)
    const right = code(shape, inner - shapeWidth, small, 'muted', theme)
    // Where there is no room for both, the shape has a line of its own.
    return fits ? [line(name, left, right)] : [line(name, left), line(small, right)]
  })
  const list = stacked([line(name, words(heading, 0, 'muted', theme)), ...lines], 0)
  return framed(list, width, padding, fillAndStroke('mat', 'border', theme))
}

/** A block, or one of many layers within a frame that says how many there are. */
export function flowBlock(folded: FoldedBlock, width: number, theme: Theme): Block {
  if (folded.kind === 'block') return blockBox(folded.block, width, theme)
  const { stem, first, last, blocks, bytes } = folded
  const inner = width - 2 * padding.width
  const count = last - first + 1
  const heading = count === 1 ? `${stem}.${first}` : `${count} × ${stem}, each:`
  const whole = count === 1 ? inBytes(bytes) : `together ${inBytes(bytes)}`
  const boxes = blocks.map((block) => blockBox(block, inner, theme))
  const content = stacked([nameAndBytes(heading, whole, inner, theme), ...boxes], gap.blocks)
  return framed(content, width, padding, {
    fill: 'none',
    ...stroke('muted', theme),
    'stroke-dasharray': '4 3',
  })
}

/** An arrow down, in the middle of the width. */
export function arrow(width: number, theme: Theme): Block {
  const drawn = element('path', {
    d: `M${decimal(width / 2)} 2v${gap.arrow - 4}m-4 -5l4 5l4 -5`,
    fill: 'none',
    ...stroke('muted', theme),
    'stroke-width': 1.5,
  })
  return { height: gap.arrow, draw: () => drawn }
}

function blockBox({ name: own, operations, bytes }: PartBlock, width: number, theme: Theme): Block {
  const inner = width - 2 * padding.width
  const listed = operations.map(({ type, count }) => `${count} ${type}`).join(', ')
  const fitted = fitText(listed, inner, (text) => textWidth(text, small.size))
  const below = setText(fitted, { x: 0, y: small.size, size: small.size }, fill('muted', theme))
  const content = stacked(
    [nameAndBytes(own, bytes === 0 ? '' : inBytes(bytes), inner, theme), line(small, below)],
    0,
  )
  return framed(content, width, padding, tint(operations, theme))
}

/** What kind of block it is shows in its colour: attention, feed-forward, norm, or something else. */
function tint(operations: readonly OperationCount[], theme: Theme): Attributes {
  const has = (...types: string[]): boolean => operations.some(({ type }) => types.includes(type))
  const tinted = (index: number): Attributes => {
    const colour = entityColour(index)
    return { fill: colour, 'fill-opacity': 0.16, stroke: colour }
  }
  if (has('ScaledDotProductAttention', 'Softmax')) return tinted(0)
  if (has('Gelu', 'Swish')) return tinted(1)
  return has('MatMul', 'Convolution', 'Concat', 'Gather') && !has('ReduceL2')
    ? tinted(2)
    : fillAndStroke('mat', 'border', theme)
}

function nameAndBytes(text: string, bytes: string, width: number, theme: Theme): Block {
  const bytesWidth = textWidth(bytes, small.size)
  const shown = fitText(text, width - bytesWidth - 8, (part) => monospaceWidth(part, name.size))
  return line(name, code(shown, 0, name, 'text', theme), words(bytes, width - bytesWidth, 'muted', theme))
}

type TextSize = typeof name

function code(text: string, x: number, { size }: TextSize, role: Role, theme: Theme): Markup {
  const width = monospaceWidth(text, size)
  return setText(text, { x, y: name.size, size, width, family: 'monospace' }, fill(role, theme))
}

function words(text: string, x: number, role: Role, theme: Theme): Markup {
  return setText(text, { x, y: name.size, size: small.size }, fill(role, theme))
}

function line({ height }: TextSize, ...drawn: Markup[]): Block {
  return { height, draw: () => group(...drawn) }
}
