import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import sharp from 'sharp'
import { annotate } from '../../src/plot/annotate.ts'
import { entityColour } from '../../src/plot/colours.ts'
import type { Entity } from '../../src/text/post-process.ts'
import { readTinyGolden } from '../tiny-golden.ts'
import { assertSnapshot, count, withoutRaster } from './snapshot.ts'

const snowman = fileURLToPath(new URL('../goldens/images/snowman.png', import.meta.url))
const caption = 'An image of a snowman warming himself by a fire.'
const entities: Entity[] = [
  ['a snowman', [12, 21], [[0.390625, 0.046875, 0.984375, 0.828125]]],
  ['a fire', [41, 47], [[0.171875, 0.015625, 0.484375, 0.890625]]],
]

test('the snowman by the fire, with boxes, labels and caption', async (t) => {
  const svg = await annotate(snowman, entities, { caption })
  assertSnapshot(t, 'snowman', svg)
  assert.equal(count(svg, 'class="box"'), 2)
  assert.equal(count(svg, 'class="label"'), 2)
  assert.equal(count(svg, 'class="phrase"'), 2)
  for (const index of [0, 1]) {
    assert.equal(count(svg, `data-entity="${index}"`), 3, 'box, label and phrase')
    assert.ok(count(svg, entityColour(index)) >= 4, 'the same colour in line, label, tint and underline')
  }
  assert.ok(svg.length < 250_000, `${svg.length} characters`)
})

test('the embedded scenes keep one colour a phrase and a box for each', async (t) => {
  for (const { file, asked } of readTinyGolden().scenes) {
    const scene = fileURLToPath(new URL(`../../data/scenes/${file}`, import.meta.url))
    const { caption, entities } = asked[1]!
    const svg = await annotate(scene, entities, { caption })
    assert.equal(count(svg, 'class="box"'), entities.length, file)
    assert.equal(count(svg, 'class="label"'), entities.length, file)
    assert.equal(count(svg, 'class="leader"'), 0, `${file}: every label touches its box`)
    assert.ok(svg.length < 100_000, `${file}: ${svg.length} characters`)
    if (file === 'four.png') assertSnapshot(t, 'four', svg)
  }
})

test('a box is drawn where it is: rendered, the line has the colour of its phrase', async () => {
  const white = await plain(400, 200, '#ffffff')
  const svg = await annotate(white, [['a', [0, 1], [[0.25, 0.25, 0.75, 0.75]]]], { labels: false })
  const { data, info } = await sharp(Buffer.from(svg)).raw().toBuffer({ resolveWithObject: true })
  assert.deepEqual([info.width, info.height], [400, 200])
  const pixel = (x: number, y: number): number[] => [
    ...data.subarray((y * 400 + x) * info.channels).subarray(0, 3),
  ]
  const blue = [0x00, 0x72, 0xb2]
  for (const [x, y] of [
    [100, 100],
    [300, 100],
    [200, 50],
    [200, 150],
  ] as const)
    assert.deepEqual(pixel(x, y), blue)
  for (const [x, y] of [
    [200, 100],
    [90, 100],
    [310, 100],
    [200, 40],
  ] as const)
    assert.deepEqual(pixel(x, y), [255, 255, 255])
})

test('pixels and fractions of the same box give the same picture', async () => {
  const pixels: Entity[] = [['a snowman', [0, 1], [[400, 48, 1008, 848]]]]
  const fractions: Entity[] = [['a snowman', [0, 1], [[400 / 1024, 48 / 1024, 1008 / 1024, 848 / 1024]]]]
  assert.equal(await annotate(snowman, pixels, { boxes: 'pixels' }), await annotate(snowman, fractions))
})

test('the same input gives the same bytes, and ids differ between different pictures', async () => {
  const red = await plain(40, 30, '#ff0000')
  const green = await plain(40, 30, '#00ff00')
  assert.equal(await annotate(red, entities, { caption }), await annotate(red, entities, { caption }))
  const ids = await Promise.all([
    annotate(red, entities),
    annotate(green, entities),
    annotate(red, entities, { caption }),
    annotate(red, entities, { theme: 'dark' }),
    annotate(red, []),
  ])
  assert.equal(new Set(ids.map((svg) => /<svg[^>]* id="(k2-[0-9a-f]{10})"/.exec(svg)![1])).size, ids.length)
  // Rules reach nothing outside, because each selector begins with the picture's id.
  for (const svg of ids)
    for (const [, sheet] of svg.matchAll(/<style>(.*?)<\/style>/g))
      for (const [, selector] of sheet!
        .replace('@media (prefers-color-scheme:dark){', '')
        .matchAll(/([^{}]+)\{/g))
        assert.match(selector!, /^#k2-[0-9a-f]{10} |^#k2-[0-9a-f]{10}:has/)
})

test('hostile phrases and captions stay text, and the document well-formed', async () => {
  const hostile = `</title><script>alert("x" + 'y')</script>&\0\uD800\u202E]]>`
  const svg = await annotate(await plain(300, 300, '#123456'), [[hostile, [0, 9], [[0, 0, 1, 1]]]], {
    caption: `${hostile} <image href="x">`,
  })
  assert.equal(count(svg, '<script'), 0)
  assert.equal(count(svg, '<image'), 1)
  assert.equal(count(svg, '</title>'), 3)
  await assert.doesNotReject(sharp(Buffer.from(svg)).png().toBuffer(), 'a parser of XML reads it')
})

test('a box at or beyond the edge is drawn along it, whole boxes and broken lines within the picture', async () => {
  const boxes: Entity[2] = [
    [0, 0, 1, 1],
    [0, 0, 0.001, 0.001],
    [0.5, 0.9, 1.5, 1.3],
    [2, 2, 3, 3.5],
    [-1, -1, 0, 0],
  ]
  const svg = await annotate(snowman, [['edge', [-1, -1], boxes]], { caption: '' })
  const drawn = [...svg.matchAll(/<rect x="([^"]+)" y="([^"]+)" width="([^"]+)" height="([^"]+)"/g)]
  assert.ok(drawn.length >= 4 * boxes.length)
  for (const [, x, y, width, height] of drawn.map((match) => match.map(Number))) {
    assert.ok(x! >= 0 && x! + width! <= 640, `${x} + ${width}`)
    assert.ok(y! >= 0 && y! + height! <= 720, `${y} + ${height}`)
  }
})

test('labels and caption can be left out', async () => {
  const svg = await annotate(snowman, entities, { labels: false })
  assert.equal(count(svg, 'class="box"'), 2)
  assert.equal(count(svg, '<text'), 0)
})

test('light and dark are fixed where asked for, and follow the system otherwise', async () => {
  const [auto, light, dark] = await Promise.all(
    (['auto', 'light', 'dark'] as const).map((theme) => annotate(snowman, [], { caption, theme })),
  )
  assert.equal(count(auto!, 'prefers-color-scheme:dark'), 1)
  assert.equal(count(light!, 'prefers-color-scheme'), 0)
  assert.equal(count(dark!, 'prefers-color-scheme'), 0)
  const card = (svg: string): string => /class="fill-card" fill="([^"]+)"/.exec(svg)![1]!
  assert.deepEqual([auto!, light!, dark!].map(card), ['#FFFFFF', '#FFFFFF', '#171B21'])
})

test('every picture gets a description in words', async () => {
  const svg = withoutRaster(await annotate(snowman, entities, { caption }))
  assert.match(
    svg,
    /role="img" aria-labelledby="(k2-\w+)-title \1-desc"><title id="\1-title">An image of a snowman/,
  )
  assert.match(
    svg,
    /<desc [^>]+>a snowman: 39 % to 98 % across, 5 % to 83 % down; a fire: 17 % to 48 % across/,
  )
  assert.match(svg, /<g class="box" data-entity="1" pointer-events="all"><title>a fire: 17 % to 48 %/)
})

for (const [width, height] of [
  [1, 1],
  [3000, 4],
  [4, 3000],
] as const)
  test(`a picture of ${width} x ${height} pixels has room for its labels`, async () => {
    const svg = await annotate(await plain(width, height, '#808080'), entities, { caption })
    assert.equal(count(svg, 'class="label"'), 2)
    const [, shown, high] = /<svg[^>]* width="(\d+)" height="(\d+)"/.exec(svg)!.map(Number)
    assert.ok(shown! >= 320 && shown! <= 640 && high! >= 96 && high! <= 900, `${shown} x ${high}`)
    assert.ok(svg.length < 20_000)
  })

const bad: [options: object, message: RegExp][] = [
  [
    { title: 'x' },
    /Unknown option 'title' for annotate; its options are caption, width, theme, boxes, labels/,
  ],
  [{ width: 0 }, /Expected a number of pixels from 160 to 4096 for width but received 0/],
  [{ width: NaN }, /for width but received NaN/],
  [{ theme: 'night' }, /Expected 'auto', 'light' or 'dark' for theme but received 'night'/],
  [{ boxes: 'cells' }, /Expected 'fractions' or 'pixels' for boxes but received 'cells'/],
  [{ labels: 'yes' }, /Expected true or false for labels but received 'yes'/],
  [{ caption: 7 }, /Expected a string for caption but received 7/],
  [{ caption: 'short' }, /Expected a span inside the caption of 5 code points.* for entities\[0\]\[1\]/],
]
for (const [options, message] of bad)
  test(`the options ${JSON.stringify(options)} are refused before the picture is read`, async () => {
    await assert.rejects(annotate('no such picture', entities, options), message)
  })

async function plain(width: number, height: number, background: string): Promise<Uint8Array> {
  return sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer()
}
