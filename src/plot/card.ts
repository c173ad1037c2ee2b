// The document that every picture here is: an SVG card with rounded corners, its own background, and words for
// those who do not see it.
import { contentId, element, type Child } from './svg.ts'
import { fill, stroke, themeStyle, type Theme } from './theme.ts'

export interface Card {
  /** What tells this picture from another: its id is made from it. */
  readonly content: unknown
  /** In pixels. */
  readonly width: number
  readonly height: number
  /** A short name of the picture, and what is to be seen in it. */
  readonly title: string
  readonly description: string
  readonly theme: Theme
  /** Style rules of this picture alone, given its id. */
  readonly rules?: (id: string) => string
}

/** Space between the card's edge and the text on it, in pixels. */
export const cardPadding = 16
const radius = 10

/**
 * An SVG document for a notebook's output, a page or a file.
 * @param draw - what stands on the card, given the picture's id, to which ids inside begin with; what fills the card
 * to its corners is cut along them by `clip-path="url(#<id>-edge)"`
 */
export function svgCard(card: Card, draw: (id: string) => Child): string {
  const id = contentId([card.width, card.height, card.title, card.description, card.theme, card.content])
  const edge = { x: 0.5, y: 0.5, width: card.width - 1, height: card.height - 1, rx: radius }
  return element(
    'svg',
    {
      // First, because JupyterLab looks for it there.
      xmlns: 'http://www.w3.org/2000/svg',
      id,
      width: card.width,
      height: card.height,
      viewBox: `0 0 ${card.width} ${card.height}`,
      style: 'max-width:100%;height:auto',
      role: 'img',
      'aria-labelledby': `${id}-title ${id}-desc`,
    },
    element('title', { id: `${id}-title` }, card.title),
    element('desc', { id: `${id}-desc` }, card.description),
    themeStyle(id, card.theme, card.rules?.(id)),
    element('clipPath', { id: `${id}-edge` }, element('rect', edge)),
    element('rect', { ...edge, ...fill('card', card.theme) }),
    draw(id),
    element('rect', { ...edge, fill: 'none', 'pointer-events': 'none', ...stroke('border', card.theme) }),
  ).markup
}
