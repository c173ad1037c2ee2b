import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { attentionMap, attentionMaps } from '../../src/plot/attention-map.ts'
import { assertSnapshot, count } from './snapshot.ts'

const scene = fileURLToPath(new URL('../../data/scenes/four.png', import.meta.url))
/** Two by two patches of which the last is the brightest. */
const weights = [0, 0.1, 0.2, 0.4]

test('a map has a cell a patch, in the order of rows', async (t) => {
  const svg = await attentionMap(scene, weights)
  assertSnapshot(t, 'attention-map', svg)
  // The darkest colour on the first patch, the brightest on the last: in units of the grid.
  assert.match(svg, /<path d="M0 0h1v1H0z" fill="#440154" fill-opacity="0.3"\/>/)
  assert.match(svg, /<path d="M1 1h1v1H1z" fill="#fde725" fill-opacity="0.8"\/>/)
  assert.equal(count(svg, '<path'), 4)
})

test('rendered, the brightest cell lies where its patch is', async () => {
  const grey = await sharp({ create: { width: 320, height: 320, channels: 3, background: '#808080' } })
    .png()
    .toBuffer()
  const weights = new Float32Array(16)
  weights[1 * 4 + 2] = 1 // second row, third column
  const svg = await attentionMap(grey, weights)
  const { data, info } = await sharp(Buffer.from(svg)).raw().toBuffer({ resolveWithObject: true })
  const redAt = (column: number, row: number): number =>
    data[((16 + row * 80 + 40) * info.width + 16 + column * 80 + 40) * info.channels]!
  for (let row = 0; row < 4; row++)
    for (let column = 0; column < 4; column++)
      // Grey 128 under 0.8 of 253, the red of the brightest colour, and under 0.3 of 68, that of the darkest;
      // renderers round it differently.
      assertClose(redAt(column, row), row === 1 && column === 2 ? 228 : 110, `row ${row}, column ${column}`)
})

function assertClose(value: number, expected: number, message: string): void {
  assert.ok(Math.abs(value - expected) <= 2, `${message}: ${value} instead of ${expected}`)
}

test('several maps share one picture and one scale', async (t) => {
  const maps = [
    { label: 'query 0', weights },
    { label: 'query <1>', weights: Float32Array.from(weights, (weight) => weight / 4) },
    { label: 'query 2', weights: [0.8, 0, 0, 0] },
  ]
  const svg = await attentionMaps(scene, maps, { columns: 2 })
  assertSnapshot(t, 'attention-maps', svg)
  assert.equal(count(svg, '<image'), 1)
  assert.equal(count(svg, '<use'), 3)
  assert.equal(
    count(svg, 'fill="#fde725" fill-opacity="0.8"/></g>'),
    1,
    'only the greatest of all is brightest',
  )
  assert.match(svg, />query &#60;1&#62;<\/text>/)
  assert.match(svg, />0\.8<\/text>/)
})

test('patches of another shape need their grid, and weights of zero alone make a dark map', async () => {
  const svg = await attentionMap(scene, new Float32Array(6), { grid: { rows: 2, columns: 3 } })
  assert.match(svg, /<path d="M0 0h3v1H0zM0 1h3v1H0z" fill="#440154"/)
})

test('64 maps of 16 x 16 patches stay far below a megabyte', async () => {
  const maps = Array.from({ length: 64 }, (_, query) => ({
    label: String(query),
    weights: Float32Array.from({ length: 256 }, (_, patch) => ((patch * 37 + query * 101) % 97) / 97),
  }))
  const svg = await attentionMaps(scene, maps, { columns: 8 })
  assert.ok(svg.length < 500_000, `${svg.length} characters`)
})

const bad: [weights: unknown, options: object, message: RegExp][] = [
  ['0.5', {}, /Expected a Float32Array or an array of numbers for weights but received '0.5'/],
  [null, {}, /for weights but received null/],
  [
    [0, 1, 2],
    {},
    /Expected a square number, one weight a patch \(for another shape pass the option grid.*received 3/,
  ],
  [[], {}, /Expected a square number/],
  [
    [0, 1, 2, 3],
    { grid: { rows: 3, columns: 2 } },
    /Expected one weight for each of 3 x 2 patches .* received 4/,
  ],
  [[0, 1, 2, -0.5], {}, /Expected a finite number from 0 for weights\[3\] but received -0.5/],
  [[0, NaN, 0, 0], {}, /for weights\[1\] but received NaN/],
  [weights, { colour: 'red' }, /Unknown option 'colour' for attentionMap/],
  [weights, { width: 5 }, /Expected a number of pixels from 160 to 4096 for width/],
]
for (const [weights, options, message] of bad)
  test(`the weights ${String(weights)} with ${JSON.stringify(options)} are refused`, async () => {
    await assert.rejects(attentionMap('no such picture', weights as number[], options), message)
  })

test('maps without label or weights are refused by their place', async () => {
  const maps = (value: unknown, options = {}): Promise<string> => attentionMaps(scene, value as [], options)
  await assert.rejects(maps([]), /Expected an array of at least one \{ label, weights \} for maps/)
  await assert.rejects(maps([{ label: 'a', weights }, { weights }]), /Expected a string for maps\[1\]\.label/)
  await assert.rejects(
    maps([{ label: 'a', weights }, { label: 'b' }]),
    /for maps\[1\]\.weights but received undefined/,
  )
  await assert.rejects(
    maps([{ label: 'a', weights }], { columns: 0 }),
    /Expected a whole number from 1 to 16 for columns/,
  )
})
