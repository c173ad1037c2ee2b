import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as Plot from '@observablehq/plot'
import sharp from 'sharp'
import { chart } from '../../src/plot/chart.ts'
import { entityColour } from '../../src/plot/colours.ts'
import { assertSnapshot, count } from './snapshot.ts'

const rows = [
  { precision: 'FP32', rate: 24, kind: 'float' },
  { precision: 'INT8', rate: 38, kind: 'integer' },
  { precision: 'INT4', rate: 54, kind: 'integer' },
]
const bars = (): object => ({
  title: 'Tokens a second',
  subtitle: 'Higher is better',
  caption: 'Two cores.',
  ariaDescription: 'Three bars',
  marginLeft: 50,
  color: { legend: true, label: 'arithmetic' },
  x: { grid: true },
  y: { label: null, domain: rows.map(({ precision }) => precision) },
  marks: [Plot.barX(rows, { x: 'rate', y: 'precision', fill: 'kind', clip: true }), Plot.ruleX([0])],
})

test('a chart of Plot with its texts and the legend of its colours is one SVG', async (t) => {
  const svg = await chart(bars())
  assertSnapshot(t, 'chart', svg)
  assert.equal(count(svg, '<svg'), 1)
  assert.equal(/aria-label="bar".*?<\/g><\/g>/.exec(svg)![0].split('<rect').length - 1, 3)
  for (const text of [
    'Tokens a second',
    'Higher is better',
    'Two cores.',
    'arithmetic',
    'float',
    'integer',
    'INT4',
  ])
    assert.match(svg, new RegExp(`>${text}</text>`))
  assert.match(svg, /<desc id="[^"]+">Three bars<\/desc>/)
  assert.equal(count(svg, entityColour(0)), 2, 'a bar and its place in the legend')
  assert.equal(count(svg, entityColour(1)), 3)
})

test('a drawn bar is as long as its number says, in the colour of the legend', async () => {
  const svg = await chart({
    marginLeft: 0,
    marginRight: 0,
    width: 640,
    x: { axis: null, domain: [0, 4] },
    y: { axis: null },
    marks: [Plot.barX([1], { x1: 0, x2: 1, y: () => 'a', fill: '#009E73', insetTop: 0 })],
  })
  const { data, info } = await sharp(Buffer.from(svg)).raw().toBuffer({ resolveWithObject: true })
  const pixel = (x: number): number[] => {
    const start = (Math.round(info.height / 2 - 4) * info.width + x) * info.channels
    return [...data.subarray(start, start + 3)]
  }
  // A quarter of 608 pixels from the padding of 16.
  assert.deepEqual([18, 166].map(pixel), [
    [0x00, 0x9e, 0x73],
    [0x00, 0x9e, 0x73],
  ])
  assert.deepEqual([14, 170].map(pixel), [
    [255, 255, 255],
    [255, 255, 255],
  ])
})

test('the same chart drawn again has the same bytes, and no id of another chart', async () => {
  const [first, again] = [await chart(bars()), await chart(bars())]
  assert.equal(again, first)
  const other = await chart({ ...bars(), title: 'Another' })
  const ids = (svg: string): string[] => Array.from(svg.matchAll(/ id="([^"]+)"/g), ([, id]) => id!)
  assert.ok(ids(first).length >= 5 && ids(first).every((id) => !ids(other).includes(id)))
  for (const [, used] of first.matchAll(/url\(#([^)]+)\)/g)) assert.ok(ids(first).includes(used!), used)
  assert.match(first, /clip-path="url\(#k2-[0-9a-f]{10}-/)
})

test('neutral colours follow the theme, and no style sheet of Plot is left', async () => {
  const marks = [Plot.dotX([1], { fill: 'var(--muted)' }), Plot.frame({ stroke: 'var(--border)' })]
  const auto = await chart({ marks })
  assert.equal(count(auto, '<style'), 1)
  assert.match(auto, /<g aria-label="dot" fill="#596270" class="fill-muted">/)
  const dark = await chart({ marks: [Plot.text(['a']), Plot.frame()] }, { theme: 'dark' })
  assert.equal(count(dark, 'prefers-color-scheme'), 0)
  for (const neutral of ['currentColor', 'var(--', 'white']) assert.equal(count(`${auto}${dark}`, neutral), 0)
  assert.match(dark, /aria-label="frame"[^>]* stroke="#E8ECF1"/)
})

test('numbers as colours have viridis and a scale with both ends, categories without number Plot’s own', async () => {
  const dots = Array.from({ length: 12 }, (_, index) => ({ index, name: `n${index}` }))
  const numbers = await chart({
    color: { legend: true, label: 'index' },
    marks: [Plot.dot(dots, { x: 'index', y: 'index', fill: 'index' })],
  })
  assert.match(numbers, />index 0<\/text>/)
  assert.match(numbers, />11<\/text>/)
  assert.match(numbers, /fill="rgb\(68, 1, 84\)"|fill="#440154"/)
  const names = await chart({ marks: [Plot.dot(dots, { x: 'index', fill: 'name' })] })
  assert.equal(count(names, entityColour(0)), 0)
  const limits = await chart({
    color: { legend: true, type: 'threshold', domain: [3, 6], range: ['#000001', '#000002', '#000003'] },
    marks: [Plot.dot(dots, { x: 'index', fill: 'index' })],
  })
  for (const text of ['below 3', '3 to 6', 'from 6']) assert.match(limits, new RegExp(`>${text}</text>`))
})

test('hostile text stays text, and the document well-formed', async () => {
  const hostile = `</text><script>alert("x" + 'y')</script>&\0\uD800]]>`
  const svg = await chart({
    title: hostile,
    color: { legend: true },
    marks: [Plot.barX([1], { x: 1, y: () => hostile, fill: () => hostile, title: () => hostile })],
  })
  assert.equal(count(svg, '<script'), 0)
  await assert.doesNotReject(sharp(Buffer.from(svg)).png().toBuffer(), 'a parser of XML reads it')
})

const marks = [Plot.frame()]
const bad: [plot: unknown, options: object, message: RegExp][] = [
  [{}, {}, /Expected an array of marks, such as .* for marks but received undefined/],
  [null, {}, /Expected an array of marks/],
  [{ marks: 'bar' }, {}, /Expected an array of marks, such as .* for marks but received 'bar'/],
  [{ marks: [1] }, {}, /Observable Plot cannot draw \{ marks: .*missing render function/],
  [{ marks, width: 100 }, {}, /Expected a number of pixels from 280 to 4096 for width but received 100/],
  [{ marks, title: 7 }, {}, /Expected a string for title but received 7/],
  [{ marks, symbol: { legend: true } }, {}, /Expected a legend of colours only, .* but symbol has one/],
  [{ marks }, { width: 300 }, /Unknown option 'width' for chart; its options are theme/],
  [{ marks }, { theme: 'night' }, /Expected 'auto', 'light' or 'dark' for theme but received 'night'/],
  [
    { marks: [Plot.image(['https://example.org/a.png'], { src: (src: string) => src })] },
    {},
    /Expected a data URL for each picture in a chart but received https:\/\/example\.org\/a\.png/,
  ],
]
for (const [plot, options, message] of bad)
  test(`what cannot be drawn is refused: ${String(message)}`, async () => {
    await assert.rejects(chart(plot as object, options), message)
  })
