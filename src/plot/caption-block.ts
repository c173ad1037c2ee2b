// A caption under its picture: each phrase on a tint of its colour, underlined in it.
import { layoutCaption, type CaptionRun } from './caption-layout.ts'
import { cardPadding } from './card.ts'
import { entityColour, entityDash } from './colours.ts'
import type { CheckedEntity } from './entities.ts'
import { setText } from './set-text.ts'
import { element, group, type Markup } from './svg.ts'
import { fill, type Theme } from './theme.ts'

const size = 17
const lineHeight = 30
/** How far a phrase's tint reaches beyond its text: sideways, above the baseline and below it. */
const tint = { sideways: 2, above: 17, below: 6, opacity: 0.22 }
const underline = 2.5

/**
 * Lays out a caption.
 * @param width - of the card, in pixels
 * @param top - where on the card the caption's block begins
 * @returns what to draw, and the height that it takes with the space around it
 */
export function captionBlock(
  caption: string,
  entities: readonly CheckedEntity[],
  width: number,
  top: number,
  theme: Theme,
): { drawn: Markup; height: number } {
  const spans = entities.map(({ span }) => span)
  const lines = layoutCaption(caption, spans, width - 2 * cardPadding, size)
  const drawn = lines.flatMap((runs, row) =>
    runs.map((run) => drawRun(run, top + cardPadding + size + row * lineHeight, theme)),
  )
  const height = 2 * cardPadding + (lines.length - 1) * lineHeight + size + tint.below
  return { drawn: group(...drawn), height }
}

function drawRun(run: CaptionRun, baseline: number, theme: Theme): Markup {
  const x = cardPadding + run.x
  const text = setText(run.text, { x, y: baseline, size, width: run.width }, fill('text', theme))
  if (run.entity === undefined) return text
  const colour = entityColour(run.entity)
  const left = x - tint.sideways
  const width = run.width + 2 * tint.sideways
  const bottom = baseline + tint.below
  return element(
    'g',
    { class: 'phrase', 'data-entity': run.entity },
    element('rect', {
      x: left,
      y: baseline - tint.above,
      width,
      height: tint.above + tint.below,
      rx: 3,
      fill: colour,
      'fill-opacity': tint.opacity,
    }),
    element('line', {
      x1: left,
      y1: bottom,
      x2: left + width,
      y2: bottom,
      stroke: colour,
      'stroke-width': underline,
      'stroke-dasharray': entityDash(run.entity),
    }),
    text,
  )
}
