// How wide text will be, without a font at hand: the advances of Arial, to which Helvetica and Liberation Sans are
// metrically equal. Where another font is taken, `textLength` in the SVG holds the text to this width.

/** Of every character in a monospace font, in multiples of the font size: most are within a hundredth of it. */
const monospaceAdvance = 0.602

/** Advances of U+0020 to U+007E in thousandths of the font size. */
const advances = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
  556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
  500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
  556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
  278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
]
/** Bold letters are wider by about this much. */
export const boldFactor = 1.07
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
const wide =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|[\u3000-\u303F\uFF01-\uFF60]/u
const pictograph = /\p{Emoji_Presentation}/u
const withoutWidth = /\p{Mark}|\p{Default_Ignorable_Code_Point}/u

/** The width of text in pixels. @param size - font size in pixels */
export function textWidth(text: string, size: number, weight: 'normal' | 'bold' = 'normal'): number {
  return sumOver(text, advance) * size * (weight === 'bold' ? boldFactor : 1)
}

/** The width in pixels of text in the monospace font. */
export function monospaceWidth(text: string, size: number): number {
  return sumOver(text, columns) * monospaceAdvance * size
}

/**
 * Text cut with an ellipsis to fit `width` pixels, between characters as a reader sees them.
 * @param measure - the width of a text, such as `textWidth` in one size
 */
export function fitText(text: string, width: number, measure: (text: string) => number): string {
  if (measure(text) <= width) return text
  let kept = ''
  let used = measure('…')
  for (const character of graphemes(text)) {
    used += measure(character)
    if (used > width) break
    kept += character
  }
  return `${kept.trimEnd()}…`
}

/** The characters of a text as a reader sees them: a letter with its accents, an emoji with its parts. */
export function graphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

/** A letter with accents is as wide as the letter, an emoji of several parts as wide as one. */
function sumOver(text: string, width: (character: string) => number): number {
  return graphemes(text).reduce((sum, grapheme) => sum + widest(grapheme, width), 0)
}

function widest(grapheme: string, width: (character: string) => number): number {
  let result = 0
  for (const character of grapheme) result = Math.max(result, width(character))
  return result
}

/** In multiples of the font size. */
function advance(character: string): number {
  const inTable = advances[character.normalize('NFD').codePointAt(0)! - 0x20]
  if (inTable !== undefined) return inTable / 1000
  if (withoutWidth.test(character)) return 0
  if (pictograph.test(character)) return 1.3
  return wide.test(character) || character === '…' ? 1 : 0.6
}

function columns(character: string): number {
  if (withoutWidth.test(character)) return 0
  return wide.test(character) || pictograph.test(character) ? 2 : 1
}
