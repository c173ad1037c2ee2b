import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { entityColour } from '../../src/plot/colours.ts'
import { vegaLite, vegaLiteSvg } from '../../src/plot/vega-lite.ts'
import { assertSnapshot, count } from './snapshot.ts'

const values = [
  { precision: 'FP32', ms: 41, memory: 3.4 },
  { precision: 'INT8', ms: 26, memory: 1.7 },
  { precision: 'INT4', ms: 18, memory: 1 },
]
const spec = {
  title: 'Milliseconds a token',
  description: 'The smaller, the faster',
  width: 240,
  height: 120,
  data: { values },
  mark: { type: 'bar', clip: true, tooltip: true },
  params: [{ name: 'chosen', select: 'point' }],
  encoding: {
    x: { field: 'ms', type: 'quantitative' },
    y: { field: 'precision', sort: null },
    color: { field: 'precision', sort: null },
  },
}

test('a spec becomes what a display takes: the type that JupyterLab renders, and JSON with our colours', async () => {
  const output: [string, Record<string, unknown>] = await vegaLite(spec)
  assert.equal(output.length, 2)
  const [contentType, data] = output
  assert.equal(contentType, 'application/vnd.vegalite.v5+json')
  const { $schema, config, ...own } = data
  assert.equal($schema, 'https://vega.github.io/schema/vega-lite/v5.json')
  assert.deepEqual(own, spec)
  assert.equal((config as { range: { category: string[] } }).range.category[0], entityColour(0))
  assert.deepEqual(JSON.parse(JSON.stringify(data)), data)
})

test('as SVG it stands on a card, its bars as long as their numbers, and drawn again it has the same bytes', async (t) => {
  const svg = await vegaLiteSvg(spec)
  assertSnapshot(t, 'vega-lite', svg)
  const bars = Array.from(
    svg.matchAll(/aria-roledescription="bar" d="M0,[\d.]+h([\d.]+)v[^"]*" fill="(#\w+)"/g),
    ([, length, fill]) => [Number(length), fill],
  )
  assert.deepEqual(
    bars,
    values.map(({ ms }, index) => [Math.round((ms / 45) * 240 * 100) / 100, entityColour(index)]),
  )
  assert.match(svg, />Milliseconds a token<\/title><desc [^>]+>The smaller, the faster<\/desc>/)
  assert.equal(count(svg, '<svg'), 1)
  assert.equal(await vegaLiteSvg(spec), svg)
  assert.match(svg, /clip-path="url\(#k2-[0-9a-f]{10}-/)
})

test('light and dark, and numbers as colours by a gradient of its own', async () => {
  const heat = { ...spec, encoding: { ...spec.encoding, color: { field: 'ms', type: 'quantitative' } } }
  const dark = await vegaLiteSvg(heat, { theme: 'dark' })
  assert.equal(count(dark, 'prefers-color-scheme'), 0)
  assert.match(dark, /font-size="12px" [^>]*fill="#E8ECF1"[^>]*>INT4<\/text>/)
  const [, gradient] = /fill="url\(#([^)]+)\)"/.exec(dark)!
  assert.equal(count(dark, `<linearGradient id="${gradient}"`), 1)
  for (const neutral of ['var(--', 'currentColor']) assert.equal(count(dark, neutral), 0)
})

test('hostile text stays text', async () => {
  const hostile = `</text><script>alert("x" + 'y')</script>&\u0001`
  const svg = await vegaLiteSvg({
    ...spec,
    title: hostile,
    data: { values: [{ precision: hostile, ms: 1 }] },
  })
  assert.equal(count(svg, '<script'), 0)
  await assert.doesNotReject(sharp(Buffer.from(svg)).png().toBuffer(), 'a parser of XML reads it')
})

test('fields that only a transform or other data make are left to Vega-Lite', async () => {
  const encoding = { x: { field: 'rate', type: 'quantitative' } }
  await assert.doesNotReject(
    vegaLite({ ...spec, encoding, transform: [{ calculate: '1000 / datum.ms', as: 'rate' }] }),
  )
  await assert.doesNotReject(
    vegaLite({ data: { values }, layer: [{ data: { values: [{ rate: 1 }] }, mark: 'bar', encoding }] }),
  )
  await assert.doesNotReject(
    vegaLite({
      data: { values: [{ a: { b: 1 }, field: 2, mark: 3 }] },
      mark: 'bar',
      encoding: { x: { field: 'a.b' } },
    }),
  )
})

const bad: [spec: unknown, message: RegExp][] = [
  ['bar', /Expected a Vega-Lite spec, such as \{ data, mark, encoding \} for spec but received 'bar'/],
  [{ data: { values } }, /Expected a Vega-Lite spec with one of mark, layer, .* but received \{ data/],
  [{ ...spec, mark: 'bars' }, /Expected one of arc, area, bar, .* for mark but received 'bars'/],
  [
    { data: { values }, layer: [{ mark: 'bar' }, { mark: { type: 'lines' } }] },
    /for layer\.1\.mark but received 'lines'/,
  ],
  [
    { ...spec, encoding: { x: { field: 'miliseconds', type: 'quantitative' } } },
    /Expected a field of the data, precision, ms, memory, for encoding\.x\.field but received 'miliseconds'/,
  ],
  [{ ...spec, encoding: { z: { field: 'ms' } } }, /Vega-Lite warns of the spec: z-encoding is dropped/],
  [
    { ...spec, transform: [{ calculate: 'datum.ms +* 2', as: 'twice' }] },
    /Vega-Lite cannot compile the spec: Unexpected token \*/,
  ],
  [
    { ...spec, $schema: 'https://vega.github.io/schema/vega/v5.json' },
    /Expected a spec of Vega-Lite but its \$schema/,
  ],
  [{ ...spec, data: { values: [{ ms: 1n }] } }, /Expected a spec that JSON can hold but received/],
]
for (const [spec, message] of bad)
  test(`a spec with a mistake is refused: ${String(message)}`, async () => {
    await assert.rejects(vegaLite(spec as object), message)
    await assert.rejects(vegaLiteSvg(spec as object), message)
  })
