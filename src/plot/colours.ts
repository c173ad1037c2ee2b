// The colours of phrases: one a phrase, by its place among the entities, the same in caption, picture and table.
import { invalidRange } from '../errors.ts'

/**
 * Okabe and Ito's palette for people with and without colour blindness (jfly.uni-koeln.de/color), without its black,
 * which is the colour of text. Ordered so that the first ones differ most, and yellow, pale on white, comes last.
 */
const palette = ['#0072B2', '#E69F00', '#009E73', '#CC79A7', '#56B4E9', '#D55E00', '#F0E442'] as const

/** How many colours there are before they come round again. */
export const colourCount = palette.length

/** Outlines of the second, third and fourth round through the palette, as SVG dash patterns; then it starts again. */
const dashes = [undefined, '9 5', '3 3', '12 4 3 4'] as const

/**
 * The colour of a phrase.
 * @param index - the phrase's place among the entities, from 0; after seven phrases the colours come round again
 * @returns `#RRGGBB`
 * @throws {RangeError} if `index` is not a whole number from 0
 */
export function entityColour(index: number): string {
  return palette[checkIndex(index) % palette.length]!
}

/**
 * What tells phrases of one colour apart: the outline is whole for the first seven phrases and dashed afterwards.
 * @returns an SVG `stroke-dasharray`, or undefined for a whole line
 */
export function entityDash(index: number): string | undefined {
  return dashes[Math.floor(checkIndex(index) / palette.length) % dashes.length]
}

/** Black or white, whichever reads better on `background`. @param background - `#RRGGBB` */
export function textColourOn(background: string): string {
  const dark = '#111111'
  return contrast(dark, background) >= contrast('#FFFFFF', background) ? dark : '#FFFFFF'
}

/** The contrast of two colours `#RRGGBB`, from 1 to 21 (WCAG 2.2, "contrast ratio"). */
export function contrast(a: string, b: string): number {
  const [lighter, darker] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (lighter + 0.05) / (darker + 0.05)
}

/** Red, green and blue of `#RRGGBB`, 0 to 255. */
export function channels(colour: string): [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}

/** WCAG 2.2, "relative luminance": 0 black, 1 white. */
function luminance(colour: string): number {
  const [red, green, blue] = channels(colour).map((channel) => {
    const value = channel / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function checkIndex(index: number): number {
  if (!Number.isInteger(index) || index < 0) throw invalidRange('index', 'a whole number from 0', index)
  return index
}
