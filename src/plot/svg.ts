// Markup built from values, so that nothing from outside is ever taken for a tag: text is escaped when it enters,
// and only what `element` made goes in as it is. Serves SVG and HTML.
import { createHash } from 'node:crypto'

/** A piece of finished markup. Only `element` and `group` make one. */
export interface Markup {
  readonly markup: string
}
/** What may stand inside an element: markup, or a string that is escaped; `undefined` and `false` leave nothing. */
export type Child = Markup | string | undefined | false
/** Values of attributes; numbers keep two decimals, `undefined` leaves the attribute out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>

/**
 * One element. Names of elements and attributes are the program's own; values and strings may come from anywhere.
 */
export function element(name: string, attributes: Attributes, ...children: readonly Child[]): Markup {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? decimal(value) : escapeText(value!)}"`)
    .join('')
  const inside = group(...children).markup
  return { markup: inside === '' ? `<${name}${written}/>` : `<${name}${written}>${inside}</${name}>` }
}

/** Several children one after the other, without an element around them. */
export function group(...children: readonly Child[]): Markup {
  const parts = children.map((child) => {
    if (child === undefined || child === false) return ''
    return typeof child === 'string' ? escapeText(child) : child.markup
  })
  return { markup: parts.join('') }
}

/**
 * Text made safe for element content and for quoted attributes of XML and HTML. Characters that XML cannot hold at
 * all (control characters, lone surrogates, U+FFFE, U+FFFF) become U+FFFD, the replacement character.
 */
export function escapeText(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** A coordinate with at most two decimals, as short as it goes: `12`, `0.5`, never `-0`. */
export function decimal(value: number): string {
  return String(Math.round(value * 100) / 100 + 0)
}

/**
 * An id for a picture that stands in one page with others: equal content has an equal id, other content another.
 */
export function contentId(content: unknown): string {
  return `k2-${createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 10)}`
}
