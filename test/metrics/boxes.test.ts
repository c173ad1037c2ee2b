// The grid's ceiling, bands of size and protocols of phrase grounding, on boxes worked out by hand.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gridBox } from '../../src/metrics/grid-box.ts'
import { bestOverlap, mergedBox } from '../../src/metrics/phrase-recall.ts'
import { sizeBand } from '../../src/metrics/size-bands.ts'
import { type Box, boxIou } from '../../src/text/box-iou.ts'

test('a box written in the grid comes back through the centres of its cells', () => {
  // Corners in the cells (row 1, column 2) and (row 4, column 5) of 8 x 8; the second corner is on an edge.
  assert.deepEqual(gridBox([0.3, 0.2, 0.75, 0.6], 8), [2.5 / 8, 1.5 / 8, 5.5 / 8, 4.5 / 8])
  assert.equal(boxIou(gridBox([0, 0, 1, 1]), [0, 0, 1, 1]), (31 / 32) ** 2)
  assert.throws(() => gridBox([0.5, 0.5, 0.5, 0.7]), /x2 > x1/)
})

test("a thing's band is its longer side beside the picture's shorter one", () => {
  const wide = { width: 400, height: 200 }
  assert.equal(sizeBand([0, 0, 0.1, 0.1], wide), '20 to 40 %') // 40 pixels of 200
  assert.equal(sizeBand([0, 0, 0.01, 0.1], wide), '10 to 20 %')
  assert.equal(sizeBand([0, 0, 0.01, 0.01], wide), 'under 10 %')
  assert.equal(sizeBand([0, 0, 0.3, 0.1], wide), '40 to 80 %')
  assert.equal(sizeBand([0, 0, 1, 1], wide), '80 % and over')
})

test('any box asks for one of the annotated boxes, merged boxes for the box around all', () => {
  const [one, other]: [Box, Box] = [
    [0, 0, 2, 2],
    [2, 0, 4, 2],
  ]
  const all: Box = [0, 0, 4, 2]
  assert.deepEqual(mergedBox([one, other]), all)
  assert.equal(bestOverlap([one], [other, one]), 1)
  assert.equal(bestOverlap([one], [other, one], 'merged-boxes'), 1 / 2)
  assert.equal(bestOverlap([all], [other, one], 'merged-boxes'), 1)
  assert.equal(bestOverlap([all], [other, one]), 1 / 2)
})

test('only the first boxes of an answer count, and an answer without boxes is 0', () => {
  const [wrong, right]: [Box, Box] = [
    [5, 5, 6, 6],
    [0, 0, 2, 2],
  ]
  assert.equal(bestOverlap([wrong, right], [right]), 0)
  assert.equal(bestOverlap([wrong, right], [right], 'any-box', 5), 1)
  assert.equal(bestOverlap([], [right]), 0)
  assert.throws(() => bestOverlap([right], [], 'merged-boxes'), /at least one for boxes/)
})
