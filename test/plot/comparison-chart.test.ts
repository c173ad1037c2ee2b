import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entityColour } from '../../src/plot/colours.ts'
import { comparisonChart, type Metric } from '../../src/plot/comparison-chart.ts'
import { assertSnapshot, count } from './snapshot.ts'

const metrics: Metric[] = [
  {
    label: 'A token',
    unit: 'ms',
    better: 'lower',
    values: [
      { name: 'original', value: 80, range: [75, 100] },
      { name: 'INT8', value: 25, range: [20, 40] },
      { name: 'INT4', value: 20 },
    ],
  },
  {
    label: 'Tokens a second',
    better: 'higher',
    values: [
      { name: 'INT4', value: 50 },
      { name: 'original', value: 12.5 },
    ],
  },
  { label: 'Boxes', unit: 'IoU', better: 'higher', highest: 1, values: [{ name: 'INT8', value: 0.5 }] },
]

/** The bars of an SVG: left edge, length and colour. */
function bars(svg: string): { x: number; width: number; fill: string }[] {
  return Array.from(
    svg.matchAll(/<rect x="([\d.]+)" width="([\d.]+)" y="[\d.]+" height="[\d.]+" fill="(#\w+)"/g),
    ([, x, width, fill]) => ({ x: Number(x), width: Number(width), fill: fill! }),
  )
}
const texts = (svg: string): string[] =>
  Array.from(svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g), ([, text]) => text!)

test('a panel for each measure, in one scale each, the same colours in all', async (t) => {
  const svg = await comparisonChart(metrics, { title: 'Precisions', reference: 'original' })
  assertSnapshot(t, 'comparison', svg)
  const drawn = bars(svg)
  assert.deepEqual(
    drawn.map(({ fill }) => fill),
    [0, 1, 2, 2, 0, 1].map(entityColour),
  )
  const [original, int8, int4, int4Rate, originalRate] = drawn.map(({ width }) => width)
  assert.ok(Math.abs(original! / int8! - 80 / 25) < 0.02 && Math.abs(original! / int4! - 4) < 0.02)
  assert.ok(Math.abs(int4Rate! / originalRate! - 4) < 0.02)
  assert.equal(count(svg, '<line'), 4, 'two ranges, a dark line in a light one each')
})

test('beside a number stands how many times better than the reference it is, either way', async () => {
  const shown = texts(await comparisonChart(metrics, { reference: 'original' }))
  for (const text of ['80', '25 (3.2×)', '20 (4×)', '50 (4×)', '12.5', '0.5', 'ms, lower is better'])
    assert.ok(shown.includes(text), `${text} in ${shown.join(' | ')}`)
  assert.ok(!texts(await comparisonChart(metrics)).some((text) => text.includes('×')))
})

test('bars and numbers stay within the width, in two columns or one', async () => {
  for (const [width, columns] of [
    [640, 2],
    [280, 1],
  ] as const) {
    const svg = await comparisonChart(metrics, { width })
    assert.equal(count(svg, 'translate(320 0)'), columns - 1, 'the second column')
    for (const { x, width: length } of bars(svg)) assert.ok(x + length <= width / columns - 16)
  }
})

test('it says in words what it shows', async () => {
  assert.match(
    await comparisonChart(metrics, { reference: 'original' }),
    /<desc [^>]+>A token \(ms, lower is better\): original 80, from 75 to 100; INT8 25 \(3\.2×\), from 20 to 40; INT4/,
  )
})

const one = { name: 'a', value: 1 }
const bad: [metrics: unknown, options: object, message: RegExp][] = [
  [[], {}, /Expected an array of one to twelve \{ label, values \} for metrics but received \[\]/],
  [[{ values: [one] }], {}, /Expected a string for metrics\[0\]\.label but received undefined/],
  [[{ label: 'x', values: [] }], {}, /Expected an array of one to twelve .* for metrics\[0\]\.values/],
  [
    [{ label: 'x', better: 'more', values: [one] }],
    {},
    /Expected 'lower' or 'higher' for metrics\[0\]\.better/,
  ],
  [
    [{ label: 'x', values: [{ name: 'a', value: -1 }] }],
    {},
    /a finite number from 0 for metrics\[0\]\.values\[0\]\.value/,
  ],
  [[{ label: 'x', values: [{ name: 'a', value: NaN }] }], {}, /\.value but received NaN/],
  [
    [{ label: 'x', highest: 1, values: [{ name: 'a', value: 1.5 }] }],
    {},
    /a number from 0 to 1 for .*received 1\.5/,
  ],
  [
    [{ label: 'x', values: [{ ...one, range: [2, 1] }] }],
    {},
    /\[low, high\] with low <= high.* for metrics\[0\]/,
  ],
  [
    [{ label: 'x', values: [one, one] }],
    {},
    /Expected each name once for metrics\[0\]\.values but received 'a'/,
  ],
  [metrics, { reference: 'INT2' }, /Expected one of original, INT8, INT4 for reference but received 'INT2'/],
  [
    metrics,
    { height: 5 },
    /Unknown option 'height' for comparisonChart; its options are title, .*, reference/,
  ],
]
for (const [metrics, options, message] of bad)
  test(`bad measures are refused: ${String(message)}`, async () => {
    await assert.rejects(comparisonChart(metrics as Metric[], options), message)
  })
