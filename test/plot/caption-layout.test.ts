import assert from 'node:assert/strict'
import { test } from 'node:test'
import { layoutCaption } from '../../src/plot/caption-layout.ts'
import { textWidth } from '../../src/plot/text-width.ts'

const size = 17

test('a caption on one line is cut into phrases and what stands between them, side by side', () => {
  const caption = 'An image of a snowman warming himself by a fire.'
  const lines = layoutCaption(
    caption,
    [
      [12, 21],
      [41, 47],
    ],
    1000,
    size,
  )
  assert.equal(lines.length, 1)
  const runs = lines[0]!
  assert.deepEqual(
    runs.map(({ text, entity }) => [text, entity]),
    [
      ['An image of ', undefined],
      ['a snowman', 0],
      [' warming himself by ', undefined],
      ['a fire', 1],
      ['.', undefined],
    ],
  )
  let x = 0
  for (const run of runs) {
    assert.ok(Math.abs(run.x - x) < 1e-9)
    assert.ok(Math.abs(run.width - textWidth(run.text, size)) < 1e-9)
    x += run.width
  }
})

test('lines end at spaces, keep within the width and lose no word', () => {
  const caption =
    'There is a snowman below the tree, and a very long wooden bench to the right of the house. '.repeat(4)
  for (const width of [120, 200, 333]) {
    const lines = layoutCaption(caption, [[9, 18]], width, size).map((runs) =>
      runs.map(({ text }) => text).join(''),
    )
    assert.equal(lines.join(' '), caption.trim())
    for (const line of lines) assert.ok(textWidth(line, size) <= width, line)
  }
})

test('a word longer than a line is broken, a line feed ends a line, scripts without spaces break anywhere', () => {
  const texts = (caption: string, width: number): string[] =>
    layoutCaption(caption, [], width, 10).map((runs) => runs.map(({ text }) => text).join(''))
  assert.deepEqual(texts('aWWWWWWb', 30), ['aWW', 'WWW', 'Wb'])
  assert.deepEqual(texts('one\ntwo\r\n\nthree', 1000), ['one', 'two', '', 'three'])
  assert.deepEqual(texts('xx 雪雪雪', 35), ['xx 雪雪', '雪'])
})

test('spans count code points, not UTF-16 units', () => {
  const [runs] = layoutCaption('🔥🔥 by a 🔥 here', [[8, 9]], 1000, size)
  assert.deepEqual(
    runs!.map(({ text, entity }) => [text, entity]),
    [
      ['🔥🔥 by a ', undefined],
      ['🔥', 0],
      [' here', undefined],
    ],
  )
})

test('of nested phrases the inner one has the place, and a span of nothing marks nothing', () => {
  const [runs] = layoutCaption(
    'two dogs on the grass',
    [
      [0, 21],
      [12, 21],
      [4, 4],
      [-1, -1],
    ],
    1000,
    size,
  )
  assert.deepEqual(
    runs!.map(({ text, entity }) => [text, entity]),
    [
      ['two dogs on ', 0],
      ['the grass', 1],
    ],
  )
})
