// SVG that another library drew in a document of its own, taken into a picture of ours: its text in our fonts, its
// neutral colours following light and dark, and ids that clash with nothing else on the page.
import { element, group, type Attributes, type Child, type Markup } from './svg.ts'
import { fill, light, stroke, type Role, type Theme } from './theme.ts'

/**
 * The neutral colours of a chart, by the names that a chart's author writes: `currentColor` and `var(--text)` for
 * text, `var(--muted)` for what matters less, `var(--border)` for lines, `var(--mat)` and `var(--card)` for areas.
 */
const roleOfColour = new Map<string, Role>([
  ['currentColor', 'text'],
  ['var(--plot-background)', 'card'],
  ...(Object.keys(light) as Role[]).map((role): [string, Role] => [`var(--${role})`, role]),
])
type Inherited = Readonly<Record<string, string | undefined>>

/** Attributes that hold coordinates: two decimals are a hundredth of a pixel. */
const coordinates = /^(?:d|points|transform|width|height|[cr]?[xy][12]?|r)$/

/**
 * Everything within an SVG's root, as a group. Style sheets are left out, for their rules would reach the whole page.
 * @param prefix - what every id inside begins with
 * @param attributes - of the group, in place of the root's own
 * @throws {TypeError} if it shows a picture that is not inside it, which no viewer would load
 */
export function foreignSvg(root: Element, prefix: string, theme: Theme, attributes: Inherited = {}): Markup {
  const withId = Array.from(root.querySelectorAll('[id]'))
  const ids = new Map(withId.map(({ id }, index) => [id, `${prefix}-${index}`]))
  return element('g', themed(attributes, theme), ...convertChildren(root, ids, theme))
}

function convert(node: Element, ids: ReadonlyMap<string, string>, theme: Theme): Markup {
  const name = node.localName
  if (name === 'style') return group()
  const attributes = Object.fromEntries(
    Array.from(node.attributes, ({ name: key, value }) => [key, value] as const)
      .filter(([key]) => !key.startsWith('xmlns') && key !== 'class')
      .map(([key, value]) => [key, coordinates.test(key) ? rounded(value) : withIds(key, value, ids)]),
  )
  const href = attributes['href'] ?? attributes['xlink:href']
  if (name === 'image' && !/^data:/i.test(href ?? ''))
    throw new TypeError(`Expected a data URL for each picture in a chart but received ${href}`)
  // Spaces count in labels that are put together from several pieces.
  const spaces = name === 'text' ? { 'xml:space': 'preserve' } : {}
  return element(name, { ...spaces, ...themed(attributes, theme) }, ...convertChildren(node, ids, theme))
}

function convertChildren(node: Element, ids: ReadonlyMap<string, string>, theme: Theme): Child[] {
  return Array.from(node.childNodes, (child) => {
    if (child.nodeType === 1) return convert(child as Element, ids, theme)
    return child.nodeType === 3 ? child.nodeValue! : undefined
  })
}

/** Neutral colours with the class by which they follow the theme. */
function themed(attributes: Inherited, theme: Theme): Attributes {
  const filled = roleOfColour.get(attributes['fill'] ?? '')
  const stroked = roleOfColour.get(attributes['stroke'] ?? '')
  const paints = [
    ...(filled === undefined ? [] : [fill(filled, theme)]),
    ...(stroked === undefined ? [] : [stroke(stroked, theme)]),
  ]
  if (paints.length === 0) return attributes
  const classes = paints.map((paint) => paint['class']).join(' ')
  return Object.assign({}, attributes, ...paints, { class: classes }) as Attributes
}

function withIds(key: string, value: string, ids: ReadonlyMap<string, string>): string {
  if (key === 'id') return ids.get(value) ?? value
  return value.replace(/^#(.+)$|url\(["']?#([^"')]+)["']?\)/g, (whole, direct?: string, inUrl?: string) => {
    const id = ids.get(direct ?? inUrl ?? '')
    if (id === undefined) return whole
    return direct === undefined ? `url(#${id})` : `#${id}`
  })
}

function rounded(numbers: string): string {
  return numbers.replace(/-?\d*\.\d{3,}(?:e-?\d+)?/g, (number) =>
    String(Math.round(Number(number) * 100) / 100 + 0),
  )
}
