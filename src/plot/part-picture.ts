// A part of a conversion in one picture: what goes in and comes out, the blocks between, the states it keeps, how many
// operations it has, and what its weights are stored as.
import { invalidType, rejectUnknownOptions } from '../errors.ts'
import type { OperationCount, PartDescription } from '../ir/describe-part.ts'
import { inBytes, inDigits } from './amounts.ts'
import { moved, stacked, textBlock, type Block } from './blocks.ts'
import { cardPadding } from './card.ts'
import { chartCard } from './chart-card.ts'
import { chartFrameOptions, checkChartFrame, type ChartFrame } from './chart-frame.ts'
import { entityColour } from './colours.ts'
import { barList, type NamedBar } from './bar-list.ts'
import { arrow, flowBlock, portList } from './part-flow.ts'
import { countAll, foldBlocks, foldPorts } from './part-layers.ts'
import { element, group, type Markup } from './svg.ts'
import { stroke, type Theme } from './theme.ts'

/** Beside the flow, in pixels; where there is not room for both, below it. */
const aside = { width: 232, gap: 24 }
const narrowestFlow = 300
const panelGap = 20
/** So many types of operations have a bar of their own. */
const mostBars = 9

/**
 * Draws a part of a conversion, layers that are alike as one:
 *
 *     display.svg(partPicture(await describePart('models/kosmos2-tiny-int8', 'text')))
 *
 * Blocks are blue for attention, orange for feed-forward, grey for norms, green for others. A size that is known only
 * when the model runs is `?`, as OpenVINO writes it.
 * @param description - what `describePart` gives
 * @param options - by default the title is the part's name
 * @returns an SVG document: the same input gives the same string
 * @throws {TypeError | RangeError} if something is not what it should be, naming it
 */
export function partPicture(description: PartDescription, options: ChartFrame = {}): string {
  rejectUnknownOptions('partPicture', options, chartFrameOptions)
  const { title, subtitle, ...frame } = checkChartFrame(options)
  if (!Array.isArray((description as Partial<PartDescription> | null | undefined)?.blocks))
    throw invalidType('description', 'what describePart resolves to', description)
  const { part, parameters, constants } = description
  const bytes = constants.reduce((sum, constant) => sum + constant.bytes, 0)
  const numbers = parameters < 1e6 ? inDigits(parameters) : `${inDigits(parameters / 1e6)} million`
  return chartCard({
    ...frame,
    title: title ?? part,
    subtitle: subtitle ?? `${numbers} parameters in ${inBytes(bytes)}`,
    description: describe(description),
    body: draw(description, frame.width - 2 * cardPadding, frame.theme),
  })
}

function draw(description: PartDescription, width: number, theme: Theme): Block {
  const isBeside = width >= narrowestFlow + aside.gap + aside.width
  const flowWidth = isBeside ? width - aside.gap - aside.width : width
  const asideWidth = isBeside ? aside.width : width
  const folded = foldBlocks(description.blocks)
  const way = [
    portList('inputs', description.inputs, flowWidth, theme),
    ...folded.map((block) => flowBlock(block, flowWidth, theme)),
    portList('outputs', description.outputs, flowWidth, theme),
  ]
  const down = arrow(flowWidth, theme)
  const flow = way.flatMap((block, index) => (index === 0 ? [block] : [down, block]))
  const ports = foldPorts(description.states)
  const states = ports.length > 0 ? [portList('states, kept from run to run', ports, asideWidth, theme)] : []
  const panels = [operationPanel(description, asideWidth, theme), weightPanel(description, asideWidth, theme)]
  if (!isBeside) return stacked([stacked(flow, 0), ...states, ...panels], panelGap)

  const [operations, weights] = panels as [Block, Block]
  const left = stacked(flow, 0)
  const layers = 2 * (1 + folded.findIndex(({ kind }) => kind === 'layers')) // the place in the flow
  const layersTop = stacked(flow.slice(0, layers), 0).height
  // The states stand beside the layers that keep them, the operations above.
  const spacer = { height: Math.max(0, layersTop - operations.height - panelGap), draw: () => group() }
  const above = states.length > 0 ? [stacked([operations, spacer], 0)] : [operations]
  const right = stacked([...above, ...states, weights], panelGap)
  const middle = stacked([...above, ...states], panelGap).height - (states[0]?.height ?? 0) / 2
  const isNear = states.length > 0 && layers > 0 && middle < layersTop + flow[layers]!.height
  return {
    height: Math.max(left.height, right.height),
    draw: (id) =>
      group(
        left.draw(`${id}-flow`),
        moved(right.draw(`${id}-aside`), flowWidth + aside.gap, 0),
        isNear && doubleArrow(flowWidth + 2, middle, aside.gap - 4, theme),
      ),
  }
}

function doubleArrow(x: number, y: number, length: number, theme: Theme): Markup {
  const d = `M0 0h${length}m-5 -4l5 4l-5 4M5 -4l-5 4l5 4`
  return moved(element('path', { d, fill: 'none', ...stroke('muted', theme), 'stroke-width': 1.5 }), x, y)
}

function operationPanel({ operations, decompression }: PartDescription, width: number, theme: Theme): Block {
  const shown = operations.length > mostBars ? operations.slice(0, mostBars - 1) : operations
  const others = operations.slice(shown.length)
  const rest = { type: `${others.length} other types`, count: countAll(others) }
  const listed = others.length === 0 ? shown : [...shown, rest]
  const bars = listed.map(({ type, count }) => ({ name: type, value: count, text: String(count) }))
  const note = decompression.length === 0 ? '' : `and ${countAll(decompression)} that unpack stored weights`
  return panel(`${countAll(operations)} operations`, bars, note, width, theme)
}

function weightPanel({ constants }: PartDescription, width: number, theme: Theme): Block {
  const bars = constants.map(({ type, bytes }) => ({ name: type, value: bytes, text: inBytes(bytes) }))
  const total = constants.reduce((sum, { bytes }) => sum + bytes, 0)
  return panel(`${inBytes(total)} of constants by type`, bars, '', width, theme)
}

function panel(heading: string, bars: readonly NamedBar[], note: string, width: number, theme: Theme): Block {
  return stacked(
    [
      textBlock(heading, { size: 12, role: 'text', weight: 'bold' }, width, theme),
      barList(bars, entityColour(4), width, theme),
      ...(note === '' ? [] : [textBlock(note, { size: 11, role: 'muted' }, width, theme)]),
    ],
    6,
  )
}

/** The part in words. */
function describe({ inputs, outputs, states, operations, blocks }: PartDescription): string {
  const names = (ports: readonly { readonly name: string }[]): string =>
    ports.map(({ name }) => name).join(', ')
  const listed = (counts: readonly OperationCount[]): string =>
    counts.map(({ type, count }) => `${count} ${type}`).join(', ')
  const through = foldBlocks(blocks).map((folded) =>
    folded.kind === 'block' ? folded.block.name : `${folded.last - folded.first + 1} × ${folded.stem}`,
  )
  return [
    `Inputs: ${names(inputs)}`,
    `blocks: ${through.join(', ')}`,
    `outputs: ${names(outputs)}`,
    `states: ${states.length === 0 ? 'none' : names(foldPorts(states))}`,
    `operations: ${listed(operations)}`,
  ].join('; ')
}
