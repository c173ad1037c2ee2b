// Vega-Lite: charts that answer to the pointer in JupyterLab, and the same as SVG.
import { invalidType, rejectUnknownOptions, show } from '../errors.ts'
import { cardPadding } from './card.ts'
import { chartCard } from './chart-card.ts'
import { colourCount, entityColour } from './colours.ts'
import { emptyDocument } from './document.ts'
import { foreignSvg } from './foreign-svg.ts'
import { families } from './set-text.ts'
import { checkTheme, type Theme } from './theme.ts'
import { checkFields, checkMarks } from './vega-lite-checks.ts'

/** What a display of Jupyter takes: the type of the content, and the content, which is JSON. */
export type VegaLiteOutput = [
  contentType: string,
  // tslab's types say that it shows text and bytes; JSON, which it shows as well, passes for either.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  data: any,
]
export interface VegaLiteSvgOptions {
  /** By default `auto`: light or dark as the reader's system is. */
  readonly theme?: Theme | undefined
}

/** What JupyterLab 4 renders: it brings Vega-Lite 5. */
const contentType = 'application/vnd.vegalite.v5+json'
const schema = 'https://vega.github.io/schema/vega-lite/v5.json'

/** Our fonts and colours, wherever a spec has none of its own. */
const config = {
  background: 'transparent',
  font: families.sans,
  range: { category: Array.from({ length: colourCount }, (_, index) => entityColour(index)) },
  view: { stroke: null },
}
/** Of an SVG, the neutral colours too; in JupyterLab they are its theme's. */
const svgConfig = {
  ...config,
  style: {
    'guide-label': { fill: 'var(--text)', fontSize: 12 },
    'guide-title': { fill: 'var(--text)', fontSize: 12 },
    'group-title': { fill: 'var(--text)' },
    'group-subtitle': { fill: 'var(--muted)' },
  },
  axis: { gridColor: 'var(--border)', domainColor: 'var(--muted)', tickColor: 'var(--muted)' },
  text: { color: 'var(--text)' },
  rule: { color: 'var(--text)' },
}

/**
 * A chart of Vega-Lite for JupyterLab, with its tips, selections and zoom:
 *
 *     display.raw(...(await vegaLite({ data: { values: rows }, mark: 'bar', encoding: { … } })))
 *
 * The spec is compiled here to find its mistakes; JupyterLab compiles it again, with Vega-Lite 5. Light and dark are
 * JupyterLab's own. GitHub shows nothing of it: for readers there, put `chart` or `vegaLiteSvg` beside it.
 * @param spec - a Vega-Lite spec, `$schema` aside; its data inside it, or a URL
 * @returns the two arguments of `display.raw`
 * @throws {TypeError} if Vega-Lite cannot compile it, warns of it, or a field is not in its data
 */
export async function vegaLite(spec: object): Promise<VegaLiteOutput> {
  const checked = checkSpec(spec, config)
  await compile(checked)
  return [contentType, { ...checked, $schema: schema }]
}

/**
 * The same chart as a picture like the others here, without what answers to the pointer. A `title` of one string stands
 * over it. Neutral colours follow light and dark where the spec does not set them.
 * @param spec - as for `vegaLite`; its `width` is that of the area between the axes, in pixels
 * @returns an SVG document: the same input gives the same string
 * @throws {TypeError | RangeError} as `vegaLite`, and if an option is not what it should be
 */
export async function vegaLiteSvg(spec: object, options: VegaLiteSvgOptions = {}): Promise<string> {
  rejectUnknownOptions('vegaLiteSvg', options, ['theme'])
  const theme = checkTheme(options.theme ?? 'auto')
  const { title, description, ...rest } = checkSpec(spec, svgConfig)
  const isHeading = typeof title === 'string'
  const [vega, document] = await Promise.all([import('vega'), emptyDocument()])
  const runtime = await compile(isHeading ? rest : { ...rest, title })
  const view = new vega.View(runtime, { renderer: 'none', logLevel: vega.Error })
  const drawn = await view.toSVG()
  view.finalize()
  const parser = new document.defaultView!.DOMParser()
  const root = parser.parseFromString(drawn, 'image/svg+xml').documentElement
  return chartCard({
    title: isHeading ? title : undefined,
    description: typeof description === 'string' ? description : '',
    width: Math.ceil(Number(root.getAttribute('width'))) + 2 * cardPadding,
    theme,
    body: { height: Number(root.getAttribute('height')), draw: (id) => foreignSvg(root, id, theme) },
  })
}

/** A spec has one of them. */
const views = ['mark', 'layer', 'facet', 'hconcat', 'vconcat', 'concat', 'repeat']

type Spec = Readonly<Record<string, unknown>>

/** A copy of the spec as JSON, with our looks where it has none. */
function checkSpec(spec: unknown, looks: Spec): Spec {
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec))
    throw invalidType('spec', 'a Vega-Lite spec, such as { data, mark, encoding }', spec)
  let copy
  try {
    copy = JSON.parse(JSON.stringify(spec)) as Spec & { readonly config?: Spec }
  } catch (error) {
    throw new TypeError(`Expected a spec that JSON can hold but received ${show(spec)}`, { cause: error })
  }
  if (!views.some((name) => name in copy))
    throw new TypeError(
      `Expected a Vega-Lite spec with one of ${views.join(', ')} but received ${show(copy)}`,
    )
  const { $schema = schema } = copy
  if (typeof $schema !== 'string' || !/^https:\/\/vega\.github\.io\/schema\/vega-lite\//.test($schema))
    throw new TypeError(`Expected a spec of Vega-Lite but its $schema is ${show($schema)}`)
  checkMarks(copy)
  checkFields(copy)
  return { ...copy, config: { ...looks, ...copy.config } }
}

/** Compiles a spec for Vega; what Vega-Lite only warns of is a mistake too, for then it leaves something out. */
async function compile(spec: Spec): Promise<import('vega').Runtime> {
  const [vegaLite, vega] = await Promise.all([import('vega-lite'), import('vega')])
  const warnings: string[] = []
  const quiet = vega.logger(vega.Warn)
  const logger = Object.assign(quiet, {
    warn: (...parts: unknown[]) => {
      warnings.push(parts.map(String).join(' '))
      return quiet
    },
  })
  let runtime
  try {
    runtime = vega.parse(
      vegaLite.compile(spec as unknown as import('vega-lite').TopLevelSpec, { logger }).spec,
    )
  } catch (error) {
    throw new TypeError(`Vega-Lite cannot compile the spec: ${(error as Error).message}`, { cause: error })
  }
  if (warnings.length > 0) throw new TypeError(`Vega-Lite warns of the spec: ${warnings.join(' ')}`)
  return runtime
}
