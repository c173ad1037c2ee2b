// Confidence intervals against their definitions and against each other.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bootstrapInterval, wilsonInterval } from '../../src/metrics/intervals.ts'

const close = (a: number, b: number, tolerance = 1e-9): void => {
  assert.ok(Math.abs(a - b) < tolerance, `${a} and ${b}`)
}

test("Wilson's ends are the proportions that a normal test just does not reject, and 8 of 10 is the textbook's", () => {
  for (const [right, cases] of [
    [8, 10],
    [1, 400],
    [57, 60],
  ] as const) {
    const { low, high } = wilsonInterval(right, cases)
    for (const end of [low, high])
      close((right / cases - end) ** 2, 1.959963984540054 ** 2 * ((end * (1 - end)) / cases))
  }
  const { low, high } = wilsonInterval(8, 10)
  close(low, 0.4901625, 1e-6)
  close(high, 0.9433178, 1e-6)
})

test('none right and all right keep a width, no cases leave everything open', () => {
  for (let cases = 1; cases <= 200; cases++) {
    assert.equal(wilsonInterval(0, cases).low, 0)
    assert.equal(wilsonInterval(cases, cases).high, 1)
  }
  close(wilsonInterval(0, 10).high, 3.841458820694124 / 13.841458820694124)
  close(wilsonInterval(10, 10).low, 1 - wilsonInterval(0, 10).high)
  assert.deepEqual(wilsonInterval(0, 0), { low: 0, high: 1 })
})

test("the bootstrap of a mean is near the normal distribution's interval, and the same each time", () => {
  const samples = Array.from({ length: 400 }, (_, i) => i % 2)
  const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length
  const interval = bootstrapInterval(samples, mean)
  close(interval.low, 0.5 - 1.96 * 0.025, 0.006)
  close(interval.high, 0.5 + 1.96 * 0.025, 0.006)
  assert.deepEqual(bootstrapInterval(samples, mean), interval)
  assert.notDeepEqual(bootstrapInterval(samples, mean, { seed: 1 }), interval)
})

test('one sample leaves no width; a figure that is not there now and then is left out', () => {
  assert.deepEqual(
    bootstrapInterval([0.25], ([x]) => x!),
    { low: 0.25, high: 0.25 },
  )
  const only = (values: readonly number[]): number => (values.every((x) => x === 1) ? 1 : NaN)
  assert.deepEqual(bootstrapInterval([1, 2], only), { low: 1, high: 1 })
  assert.deepEqual(bootstrapInterval([2], only), { low: NaN, high: NaN })
})

test('numbers that are none of cases are refused', () => {
  assert.throws(() => wilsonInterval(3, 2), /Expected integer from 0 to 2 for right but received 3/)
  assert.throws(() => wilsonInterval(0, 1.5), /Expected integer from 0 for cases/)
  assert.throws(() => bootstrapInterval([], () => 0), /Expected at least one for samples/)
  assert.throws(() => bootstrapInterval([1], () => 0, { resamples: 0 }), /integer from 1 for resamples/)
})
