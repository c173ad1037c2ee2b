// Light and dark: every picture stands on a card of its own, so that its text is readable on any page.
import { invalidRange } from '../errors.ts'
import { element, type Attributes, type Markup } from './svg.ts'

/** `auto` follows the reader's system; where a viewer knows nothing of that, it is light. */
export type Theme = 'auto' | 'light' | 'dark'
/** The colours of one theme. `mat` lies behind a picture that does not fill its frame. */
export type Role = 'card' | 'border' | 'mat' | 'text' | 'muted'

export const light: Readonly<Record<Role, string>> = {
  card: '#FFFFFF',
  border: '#D5DAE1',
  mat: '#EDF0F4',
  text: '#1C2128',
  muted: '#596270',
}
export const dark: Readonly<Record<Role, string>> = {
  card: '#171B21',
  border: '#363D48',
  mat: '#0E1116',
  text: '#E8ECF1',
  muted: '#9AA5B3',
}
const roles = Object.keys(light) as Role[]

/** Checks the option `theme`. @throws {RangeError} if it is none of the three */
export function checkTheme(theme: Theme): Theme {
  if (!['auto', 'light', 'dark'].includes(theme))
    throw invalidRange('theme', "'auto', 'light' or 'dark'", theme)
  return theme
}

/**
 * Attributes that fill a shape or text in the colour of a role. The colour stands in the attribute, for viewers
 * without style sheets; `themeStyle` changes it where the reader's system is dark.
 */
export function fill(role: Role, theme: Theme): Attributes {
  return { class: `fill-${role}`, fill: (theme === 'dark' ? dark : light)[role] }
}

/** As `fill`, for lines. */
export function stroke(role: Role, theme: Theme): Attributes {
  return { class: `stroke-${role}`, stroke: (theme === 'dark' ? dark : light)[role] }
}

/** A shape in the colour of one role with an outline in that of another. */
export function fillAndStroke(filled: Role, stroked: Role, theme: Theme): Attributes {
  const [inside, outline] = [fill(filled, theme), stroke(stroked, theme)]
  return { ...inside, ...outline, class: `${inside['class']} ${outline['class']}` }
}

/** The style sheet of one picture. @param id - the picture's id: its rules reach nothing else on the page */
export function themeStyle(id: string, theme: Theme, rules = ''): Markup | undefined {
  const scheme = roles
    .map((role) => `#${id} .fill-${role}{fill:${dark[role]}}#${id} .stroke-${role}{stroke:${dark[role]}}`)
    .join('')
  const sheet = `${rules}${theme === 'auto' ? `@media (prefers-color-scheme:dark){${scheme}}` : ''}`
  return sheet === '' ? undefined : element('style', {}, sheet)
}
