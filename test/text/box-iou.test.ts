// Intersection over union, against figures that were worked out by hand.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Box, boxIou, meanIou } from '../../src/text/box-iou.ts'
import type { Entity } from '../../src/text/post-process.ts'

const square: Box = [0, 0, 2, 2]

test('half of each of two equal boxes in common is a third of their union, whichever comes first', () => {
  assert.equal(boxIou(square, [1, 0, 3, 2]), 2 / 6)
  assert.equal(boxIou([1, 0, 3, 2], square), 2 / 6)
  assert.equal(boxIou(square, [0.5, 0.5, 1.5, 1.5]), 1 / 4)
})

test('a box agrees fully with itself, and not at all with one beside it, a touching one or one without area', () => {
  assert.equal(boxIou(square, square), 1)
  for (const other of [
    [3, 0, 4, 2],
    [0, 3, 2, 4],
    [2, 0, 4, 2],
    [1, 1, 1, 1],
  ] as Box[])
    assert.equal(boxIou(square, other), 0)
})

test('what is no box is refused', () => {
  for (const other of [[0, 0, 1], [1, 0, 0, 1], [0, 1, 1, 0], [0, 0, 1, NaN], 'abcd'])
    assert.throws(
      () => boxIou(square, other as unknown as Box),
      /TypeError: Expected a box .* with x2 >= x1 and y2 >= y1 for b but received/,
    )
})

test('answers agree by the best box of the same phrase; a phrase that is missing counts 0, one too many nothing', () => {
  const entity = (phrase: string, ...boxes: Box[]): Entity => [phrase, [0, phrase.length], boxes]
  const reference = [entity('a dog', square, [4, 4, 6, 6]), entity('a cat', square)]
  assert.equal(meanIou(reference, reference), 1)
  const other = [
    entity('a dog', [9, 9, 10, 10], [1, 0, 3, 2]),
    entity('a bird', square),
    entity('a dog', [4, 4, 6, 6]),
  ]
  assert.equal(meanIou(reference, other), (2 / 6 + 1 + 0) / 3)
  assert.equal(meanIou(reference, []), 0)
  assert.throws(() => meanIou([entity('a dog')], reference), /entities with at least one box for reference/)
})
