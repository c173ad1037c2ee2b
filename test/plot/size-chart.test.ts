import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sizeChart, type ModelSize } from '../../src/plot/size-chart.ts'
import { assertSnapshot, count } from './snapshot.ts'

const sizes: ModelSize[] = [
  { name: 'FP32', bytes: { vision: 1200e6, projection: 80e6, text: 5320e6 } },
  { name: 'INT8', bytes: { vision: 300e6, projection: 20e6, text: 1330e6 } },
]

test('a bar for each version, of parts as long as their bytes', async (t) => {
  const svg = await sizeChart(sizes, { title: 'Size on disk' })
  assertSnapshot(t, 'sizes', svg)
  const bars = Array.from(
    svg.matchAll(/<rect x="([\d.]+)" width="([\d.]+)" y="([\d.]+)"[^>]* fill="(#\w+)"/g),
    ([, x, width, y, fill]) => ({ x: Number(x), width: Number(width), y, fill }),
  )
  assert.equal(bars.length, 6)
  const bytes = sizes.flatMap((size) => Object.values(size.bytes))
  const scale = bars.reduce((sum, { width }) => sum + width, 0) / bytes.reduce((sum, one) => sum + one, 0)
  for (const [index, bar] of bars.entries()) {
    assert.ok(Math.abs(bar.width - bytes[index]! * scale) < 0.1, `${bar.width} for ${bytes[index]}`)
    assert.equal(bar.fill, bars[index % 3]!.fill)
    const next = bars[index + 1]
    if (next !== undefined && next.y === bar.y)
      assert.ok(Math.abs(bar.x + bar.width - next.x) < 0.1, 'one begins where another ends')
  }
})

test('totals stand beside the bars, with how many times smaller they are, and parts in those they fit in', async () => {
  const svg = await sizeChart(sizes)
  for (const text of [
    '6.6 GB',
    '1.65 GB (4× smaller)',
    '1.2 GB',
    '5.32 GB',
    '1.33 GB',
    'vision',
    'projection',
    'text',
  ])
    assert.match(svg, new RegExp(`>${text.replace(/[()]/g, '\\$&')}</text>`))
  assert.equal(count(svg, '>80 MB</text>'), 0)
  assert.match(
    svg,
    /<desc [^>]+>FP32: 6\.6 GB, of which vision 1\.2 GB, projection 80 MB, text 5\.32 GB\. INT8: 1\.65/,
  )
})

const bad: [sizes: unknown, message: RegExp][] = [
  [{}, /Expected an array of one to twelve \{ name, bytes \} for sizes but received \{\}/],
  [[{ bytes: { text: 1 } }], /Expected a string for sizes\[0\]\.name/],
  [[sizes[0], sizes[0]], /Expected each name once for sizes\[1\]\.name but received 'FP32'/],
  [[{ name: 'a', bytes: {} }], /Expected bytes by part, such as .* for sizes\[0\]\.bytes but received \{\}/],
  [
    [{ name: 'a', bytes: { text: 0 } }],
    /Expected a number of bytes above 0 for sizes\[0\]\.bytes\.text but received 0/,
  ],
  [
    [sizes[0], { name: 'a', bytes: { text: 5 } }],
    /Expected those of the first, vision, projection, text for the parts of sizes\[1\]\.bytes but received \[ 'text' \]/,
  ],
]
for (const [sizes, message] of bad)
  test(`bad sizes are refused: ${String(message)}`, async () => {
    await assert.rejects(sizeChart(sizes as ModelSize[]), message)
  })
