// Things of answers matched with annotated ones, and the scores of such matches, against counts made by hand.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { detectionScores } from '../../src/metrics/detection-scores.ts'
import { matchThings, type NamedBox } from '../../src/metrics/match-things.ts'
import type { Box } from '../../src/text/box-iou.ts'

const thing = (name: string, ...box: Box): NamedBox => ({ name, box })
const left = thing('dog', 0, 0, 2, 2)
const right = thing('dog', 4, 0, 6, 2)
const cat = thing('cat', 0, 0, 2, 2)

test('things of one name are matched one to one, the largest overlap first', () => {
  // This lies over both dogs, better over the right one; the exact one takes that nevertheless.
  const between = thing('dog', 1, 0, 5.5, 2)
  const { matched, unmatched, missed } = matchThings([between, right], [left, right])
  assert.deepEqual(
    matched.map(({ found, annotated, iou }) => [found, annotated, iou]),
    [
      [right, right, 1],
      [between, left, 2 / (9 + 4 - 2)],
    ],
  )
  assert.deepEqual([unmatched, missed], [[], []])
})

test('another name is no match, unless only boxes are compared', () => {
  assert.deepEqual(matchThings([cat], [left]), { matched: [], unmatched: [cat], missed: [left] })
  assert.equal(matchThings([cat], [left], { sameName: false }).matched[0]!.iou, 1)
})

test('a box with its corners in the wrong order overlaps nothing, and one too many is unmatched', () => {
  const reversed = thing('dog', 2, 2, 0, 0)
  const { matched, unmatched } = matchThings([reversed, left, left], [left])
  assert.deepEqual([matched[0]!.found, matched[0]!.iou], [left, 1])
  assert.deepEqual(unmatched, [reversed, left])
  assert.equal(matchThings([reversed], [left]).matched[0]!.iou, 0)
})

test('scores count over all answers: right are those with the name and half the overlap', () => {
  const half = thing('dog', 0, 0, 2, 1) // IoU 0.5
  const less = thing('dog', 4, 0, 6, 0.9) // IoU 0.45
  const answers = [matchThings([half, less, cat], [left, right]), matchThings([], [cat]), matchThings([], [])]
  const { found, annotated, right: count, precision, recall, f1, meanIou } = detectionScores(answers)
  assert.deepEqual({ found, annotated, count }, { found: 3, annotated: 3, count: 1 })
  assert.deepEqual([precision, recall, f1], [1 / 3, 1 / 3, 2 / 6])
  assert.ok(Math.abs(meanIou - (0.5 + 0.45) / 2) < 1e-12)
})

test('answers rightly empty have no figures but count against nothing', () => {
  const { precision, recall, f1, meanIou } = detectionScores([matchThings([], [])])
  assert.deepEqual([precision, recall, f1, meanIou], [NaN, NaN, NaN, NaN])
  assert.equal(detectionScores([matchThings([], []), matchThings([left], [left])]).f1, 1)
})
