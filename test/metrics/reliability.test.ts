// Reliability: counted by hand, and on predictions that are made to be right as often as they say.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRandom } from '../../src/generate/random.ts'
import { reliability } from '../../src/metrics/reliability.ts'

test('predictions are counted in ranges of confidence, and the error is the mean distance', () => {
  const predictions = [
    { confidence: 0.1, isRight: false },
    { confidence: 0.3, isRight: true },
    { confidence: 0.5, isRight: true },
    { confidence: 1, isRight: true },
    { confidence: 0.9, isRight: false },
  ]
  const { bins, calibrationError } = reliability(predictions, { bins: 2 })
  assert.deepEqual(
    bins.map(({ from, to, count, share }) => [from, to, count, share]),
    [
      [0, 0.5, 2, 0.5],
      [0.5, 1, 3, 2 / 3],
    ],
  )
  assert.ok(Math.abs(bins[0]!.confidence - 0.2) < 1e-12 && Math.abs(bins[1]!.confidence - 0.8) < 1e-12)
  assert.ok(Math.abs(calibrationError - (2 * 0.3 + 3 * (0.8 - 2 / 3)) / 5) < 1e-12)
})

test('a model that is right as often as it is sure has no error but chance; one that is too sure has', () => {
  const random = createRandom(1)
  const confidences = Array.from({ length: 20_000 }, () => random())
  const error = (chance: (confidence: number) => number): number =>
    reliability(confidences.map((confidence) => ({ confidence, isRight: random() < chance(confidence) })))
      .calibrationError
  assert.ok(error((confidence) => confidence) < 0.015)
  assert.ok(error((confidence) => confidence ** 2) > 0.1)
})

test('no predictions, and confidences that are none, are refused', () => {
  assert.throws(() => reliability([]), /at least one for predictions/)
  assert.throws(() => reliability([{ confidence: 1.1, isRight: true }]), /predictions\[0\]\.confidence/)
  assert.throws(() => reliability([{ confidence: 1, isRight: true }], { bins: 0 }), /integer from 1 for bins/)
})
