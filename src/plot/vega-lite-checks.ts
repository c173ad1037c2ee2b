// Two mistakes that Vega-Lite itself does not name: a mark that there is not, and a field that the data lacks.
import { invalidRange } from '../errors.ts'

const marks = [
  ...[
    'arc',
    'area',
    'bar',
    'boxplot',
    'circle',
    'errorband',
    'errorbar',
    'geoshape',
    'image',
    'line',
    'point',
  ],
  ...['rect', 'rule', 'square', 'text', 'tick', 'trail'],
]

/** @throws {RangeError} for the first mark, at any depth, that is none of Vega-Lite's */
export function checkMarks(spec: unknown): void {
  for (const { key, value, path } of entries(spec)) {
    if (key !== 'mark' || isInData(path)) continue
    const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : value
    if (!marks.includes(type as string)) throw invalidRange(path, `one of ${marks.join(', ')}`, type)
  }
}

/**
 * Looks for the fields of encodings in the data; only where all data stand in the spec, and no transform makes new ones.
 * @throws {RangeError} for the first field that no row has
 */
export function checkFields(spec: Readonly<Record<string, unknown>>): void {
  const values = (spec['data'] as { readonly values?: unknown } | null | undefined)?.values
  const all = Array.from(entries(spec))
  const makesNew = all.some(
    ({ key, path }) => (key === 'transform' || key === 'data') && path !== 'data' && !isInData(path),
  )
  if (!Array.isArray(values) || values.length === 0 || makesNew) return
  const known = new Set(
    values.flatMap((row: unknown) => (typeof row === 'object' && row !== null ? Object.keys(row) : ['data'])),
  )
  for (const { key, value, path } of all) {
    if (key !== 'field' || typeof value !== 'string' || !/(^|\.)encoding\./.test(path) || isInData(path))
      continue
    // What looks like a path into an object, or is escaped, is left to Vega-Lite.
    if (!/[.[\]\\]/.test(value) && !known.has(value))
      throw invalidRange(path, `a field of the data, ${Array.from(known).join(', ')},`, value)
  }
}

interface Entry {
  readonly key: string
  readonly value: unknown
  /** Such as `layer.0.encoding.x.field`. */
  readonly path: string
}

function* entries(object: unknown, above = ''): Generator<Entry> {
  if (typeof object !== 'object' || object === null) return
  for (const [key, value] of Object.entries(object)) {
    const path = above === '' ? key : `${above}.${key}`
    yield { key, value, path }
    yield* entries(value, path)
  }
}

/** Whether a path leads into rows of data, where names mean nothing. */
function isInData(path: string): boolean {
  return /(^|\.)(?:data|datasets|usermeta)\./.test(path)
}
