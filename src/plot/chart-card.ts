// The card of a chart: a heading, what the chart shows, and a caption.
import { stacked, textBlock, type Block, type TextStyle } from './blocks.ts'
import { cardPadding, svgCard } from './card.ts'
import type { CheckedFrame } from './chart-frame.ts'
import { element, type Markup } from './svg.ts'

export interface ChartCard extends CheckedFrame {
  /** What is to be seen, in words. */
  readonly description: string
  /** As wide as the card within its padding. */
  readonly body: Block
}

const styles = {
  title: { size: 15, role: 'text', weight: 'bold' },
  subtitle: { size: 13, role: 'muted' },
  caption: { size: 12, role: 'muted' },
} as const satisfies Record<string, TextStyle>

/** An SVG document of a chart with its texts. */
export function chartCard({ body, description, width, theme, ...texts }: ChartCard): string {
  const [title, subtitle, caption] = (['title', 'subtitle', 'caption'] as const).map((name) => {
    const text = texts[name]?.trim()
    return text ? [textBlock(text, styles[name], width - 2 * cardPadding, theme)] : []
  }) as [Block[], Block[], Block[]]
  const heading = [...title, ...subtitle]
  const all = stacked([...(heading.length > 0 ? [stacked(heading, 4)] : []), body, ...caption], 10)
  const draw = (id: string): Markup =>
    element('g', { transform: `translate(${cardPadding} ${cardPadding})` }, all.draw(id))
  return svgCard(
    {
      content: draw('').markup,
      width,
      height: Math.ceil(all.height) + 2 * cardPadding,
      title: texts.title ?? 'A chart',
      description,
      theme,
    },
    draw,
  )
}
