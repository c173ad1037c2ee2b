// Text in a picture, in fonts that every system has, held to the width that was reckoned for it.
import { element, type Attributes, type Markup } from './svg.ts'

/** Fonts by use; first those whose widths `text-width` knows. */
export const families = {
  sans: "Arial, Helvetica, 'Liberation Sans', sans-serif",
  monospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace",
}

export interface TextSetting {
  /** Left end of the text, its middle with `anchor: 'middle'`, its right end with `anchor: 'end'`; in pixels. */
  readonly x: number
  /** The baseline, in pixels. */
  readonly y: number
  /** Font size in pixels. */
  readonly size: number
  /** The reckoned width, to which a font of other proportions is stretched; without it the text runs free. */
  readonly width?: number
  readonly family?: keyof typeof families
  readonly weight?: 'normal' | 'bold'
  readonly anchor?: 'start' | 'middle' | 'end'
}

/** One line of text. @param paint - the attributes of its colour, such as `fill('text', theme)` */
export function setText(text: string, setting: TextSetting, paint: Attributes): Markup {
  const { x, y, size, width, family = 'sans', weight, anchor } = setting
  // What has no width, such as a lone accent, cannot be stretched.
  const held =
    width === undefined || width === 0 ? {} : { textLength: width, lengthAdjust: 'spacingAndGlyphs' }
  return element(
    'text',
    {
      // Spaces at the ends are part of the width.
      'xml:space': 'preserve',
      x,
      y,
      'font-family': families[family],
      'font-size': size,
      'font-weight': weight,
      'text-anchor': anchor,
      ...held,
      ...paint,
    },
    text,
  )
}
