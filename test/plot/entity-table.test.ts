import assert from 'node:assert/strict'
import { test } from 'node:test'
import { entityTable } from '../../src/plot/entity-table.ts'
import type { Entity } from '../../src/text/post-process.ts'

const entities: Entity[] = [
  ['a <b>snowman</b>', [12, 21], [[0.390625, 0.046875, 0.984375, 0.828125]]],
  [
    'two dogs',
    [30, 38],
    [
      [0, 0, 0.5, 0.5],
      [0.5, 0.5, 1, 1],
    ],
  ],
  ['<patch_index_0001>', [-1, -1], []],
]
const cells = (html: string): string[][] =>
  html
    .split('<tr')
    .slice(1)
    .map((row) =>
      [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, content]) => content!.replace(/<[^>]+>/g, '')),
    )

test('a row a box: phrase, span, and the box in fractions and pixels', () => {
  assert.deepEqual(cells(entityTable(entities, { image_size: { width: 640, height: 480 } })), [
    ['phrase', 'span', 'box in fractions', 'box in pixels'],
    ['■ a &#60;b&#62;snowman&#60;/b&#62;', '12, 21', '0.391, 0.047, 0.984, 0.828', '250, 23, 630, 398'],
    ['■ two dogs', '30, 38', '0.000, 0.000, 0.500, 0.500', '0, 0, 320, 240'],
    ['0.500, 0.500, 1.000, 1.000', '320, 240, 640, 480'],
    ['■ &#60;patch_index_0001&#62;', '–', '–', '–'],
  ])
})

test('a phrase has the colour that it has in the picture', () => {
  assert.deepEqual(
    [...entityTable(entities).matchAll(/color:(#\w+)/g)].map(([, colour]) => colour),
    ['#0072B2', '#E69F00', '#009E73'],
  )
})

test('pixels are read as pixels, given the size of the picture', () => {
  const table = entityTable([['a', [0, 1], [[64, 48, 320, 240]]]], {
    boxes: 'pixels',
    image_size: { width: 640, height: 480 },
  })
  assert.deepEqual(cells(table)[1], ['■ a', '0, 1', '0.100, 0.100, 0.500, 0.500', '64, 48, 320, 240'])
  assert.throws(
    () => entityTable([], { boxes: 'pixels' }),
    /Expected \{ width, height \} with boxes: 'pixels' for image_size but received undefined/,
  )
})

test('no entities say so, and bad options are refused', () => {
  assert.deepEqual(cells(entityTable([]))[1], ['No phrase is linked to a box.'])
  assert.throws(() => entityTable([], { size: 1 } as object), /Unknown option 'size' for entityTable/)
  assert.throws(
    () => entityTable([], { image_size: { width: 0, height: 5 } }),
    /Expected \{ width, height \} in pixels for image_size but received \{ width: 0, height: 5 \}/,
  )
})
