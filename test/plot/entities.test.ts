import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { checkEntities } from '../../src/plot/entities.ts'

const box = [0.25, 0.5, 0.75, 1]

test('every result of the reference is accepted with its caption', () => {
  const path = new URL('../goldens/processor-a/processor.json', import.meta.url)
  const { post_process } = JSON.parse(readFileSync(path, 'utf8')) as {
    post_process: { text: string; entities: [string, [number, number], number[][]][] }[]
  }
  for (const { text, entities } of post_process) {
    const checked = checkEntities(entities, 'fractions', undefined, text)
    assert.deepEqual(
      checked.map(({ name }) => name),
      entities.map(([name]) => name),
    )
  }
})

test('corners are put in order, pixels become fractions, places outside the picture stay', () => {
  const [first] = checkEntities([['a', [0, 1], [[0.8, 0.9, 0.2, 1.25]]]], 'fractions', undefined)
  assert.deepEqual(first!.boxes, [[0.2, 0.9, 0.8, 1.25]])
  const [second] = checkEntities([['a', [0, 1], [[50, 10, 150, 30]]]], 'pixels', { width: 200, height: 40 })
  assert.deepEqual(second!.boxes, [[0.25, 0.25, 0.75, 0.75]])
})

const bad: [what: string, entities: unknown, message: RegExp][] = [
  [
    'no array',
    'a snowman',
    /Expected an array of \[name, \[start, end\], boxes\] for entities but received 'a snowman' of type string/,
  ],
  ['an object', [{ name: 'a' }], /for entities\[0\] but received \{ name: 'a' \}/],
  ['two parts', [['a', [0, 1]]], /for entities\[0\] but received/],
  [
    'a name that is no string',
    [[7, [0, 1], [box]]],
    /Expected a phrase for entities\[0\]\[0\] but received 7/,
  ],
  [
    'half a span',
    [['a', [0], [box]]],
    /Expected a span of two whole numbers \[start, end\] for entities\[0\]\[1\]/,
  ],
  ['a broken span', [['a', [0.5, 1], [box]]], /two whole numbers \[start, end\] for entities\[0\]\[1\]/],
  [
    'a span backwards',
    [['a', [2, 1], [box]]],
    /Expected a span inside the caption of 5 code points.* for entities\[0\]\[1\] but received \[ 2, 1 \]/,
  ],
  [
    'a span past the caption',
    [
      ['a', [0, 1], [box]],
      ['b', [3, 6], [box]],
    ],
    /inside the caption of 5 code points.* for entities\[1\]\[1\]/,
  ],
  ['a span before the caption', [['a', [-1, 2], [box]]], /inside the caption of 5 code points/],
  ['one box where boxes belong', [['a', [0, 1], box]], /for entities\[0\]\[2\]\[0\] but received 0.25/],
  ['no boxes', [['a', [0, 1], null]], /Expected an array of boxes for entities\[0\]\[2\] but received null/],
  [
    'a box of three',
    [['a', [0, 1], [box, [0, 0, 1]]]],
    /Expected a box of four finite numbers .* for entities\[0\]\[2\]\[1\]/,
  ],
  ['a box of strings', [['a', [0, 1], [['0', '0', '1', '1']]]], /four finite numbers/],
  ['a box of NaN', [['a', [0, 1], [[0, 0, 1, NaN]]]], /four finite numbers/],
  [
    'pixels as fractions',
    [['a', [0, 1], [[10, 20, 30, 40]]]],
    /fractions .* \(for pixels pass the option boxes: 'pixels'\) for entities\[0\]\[2\]\[0\]/,
  ],
]
for (const [what, entities, message] of bad)
  test(`${what} is refused by name`, () => {
    // Five code points, ten UTF-16 units.
    assert.throws(() => checkEntities(entities, 'fractions', undefined, '🔥🔥🔥🔥🔥'), message)
  })
