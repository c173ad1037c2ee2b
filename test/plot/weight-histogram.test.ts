import assert from 'node:assert/strict'
import { test } from 'node:test'
import { weightHistogram, type WeightVersion } from '../../src/plot/weight-histogram.ts'
import { assertSnapshot, count } from './snapshot.ts'

/** A bell of values, the same each time, and the same rounded to steps. */
const weights = Float32Array.from({ length: 20_000 }, (_, index) => {
  const uniform = (index + 0.5) / 20_000
  return 0.02 * Math.log(uniform / (1 - uniform))
})
const rounded = (step: number): Float32Array => weights.map((weight) => Math.round(weight / step) * step)
const versions: WeightVersion[] = [
  { label: 'FP32', values: weights },
  { label: 'INT4', values: rounded(0.04) },
]

test('one distribution below the other on one axis, the first as a line over the second', async (t) => {
  const svg = await weightHistogram(versions, { title: 'Weights', bins: 41 })
  assertSnapshot(t, 'weights', svg)
  assert.equal(count(svg, 'aria-label="area"'), 2)
  assert.equal(count(svg, 'aria-label="line"'), 1)
  assert.equal(count(svg, 'aria-label="x-axis tick label"'), 1)
  // Steps are horizontal and vertical lines: one of each a bin.
  const [smooth, stepped] = Array.from(
    svg.matchAll(/aria-label="area"[^>]*><path d="([^"]*)"/g),
    ([, d]) => d!,
  )
  assert.ok(smooth !== stepped && smooth!.split('L').length > 2 * 41)
})

test('what stands beside a distribution is the share in its fullest bin, and the share beyond the axis', async () => {
  const svg = await weightHistogram(
    [
      { label: 'a', values: [-1, 0, 0.1, 0.9, 0.9, 0.9, 0.9, 5] },
      { label: 'b', values: { range: [-1, 1], counts: [3, 1] } },
    ],
    { range: [-1, 1], bins: 2 },
  )
  assert.match(svg, />most in one bin 75 %, beyond the axis 13 %<\/text>/)
  assert.match(svg, />most in one bin 75 %<\/text>/)
  assert.match(
    svg,
    /<desc [^>]+>a: most in one bin 75 %, beyond the axis 13 %; b: most in one bin 75 %<\/desc>/,
  )
})

const bad: [versions: unknown, options: object, message: RegExp][] = [
  [[], {}, /Expected an array of one to eight \{ label, values \} for versions/],
  [[{ values: [1] }], {}, /Expected a string for versions\[0\]\.label/],
  [[{ label: 'a', values: [] }], {}, /Expected a Float32Array with values, or .* for versions\[0\]\.values/],
  [[{ label: 'a', values: [1, NaN] }], {}, /Expected a finite number for values\[1\] but received NaN/],
  [
    versions,
    { range: [1, 0] },
    /Expected two finite numbers \[low, high\] with low < high for range but received \[ 1, 0/,
  ],
  [versions, { bins: 0 }, /Expected a whole number from 1 to 4096 for bins but received 0/],
  [versions, { bin: 5 }, /Unknown option 'bin' for weightHistogram/],
  [
    [{ label: 'a', values: { range: [0, 1], counts: [1, -1] } }],
    {},
    /Expected whole numbers from 0, one a bin for versions\[0\]\.values\.counts/,
  ],
  [
    [{ label: 'a', values: { range: [0, 1], counts: [0, 0] } }],
    {},
    /Expected a value in any bin for versions\[0\]\.values\.counts/,
  ],
  [
    [...versions, { label: 'a', values: { range: [0, 1], counts: [1, 2] } }],
    { range: [0, 1], bins: 3 },
    /Expected counts in 3 bins from 0 to 1, like the others for versions\[2\]\.values/,
  ],
]
for (const [versions, options, message] of bad)
  test(`bad weights are refused: ${String(message)}`, async () => {
    await assert.rejects(weightHistogram(versions as WeightVersion[], options), message)
  })
