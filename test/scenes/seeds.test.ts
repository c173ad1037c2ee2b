// Seeds: what is held out is never trained on.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  CALIBRATION,
  checkSeeds,
  HELD_OUT,
  HELD_OUT_STYLE,
  isTrainingSeed,
  type SeedRange,
  TRAINING,
  VALIDATION,
} from '../../scripts/scenes/seeds.ts'
import { randomOf } from '../../scripts/scenes/random.ts'

test('no range of seeds meets another, and no held-out seed may be trained on', () => {
  const ranges: SeedRange[] = [HELD_OUT, HELD_OUT_STYLE, CALIBRATION, VALIDATION, TRAINING]
  for (const [i, a] of ranges.entries())
    for (const b of ranges.slice(i + 1))
      assert.ok(a.first + a.count <= b.first || b.first + b.count <= a.first)
  for (const { first, count } of [HELD_OUT, HELD_OUT_STYLE, CALIBRATION, VALIDATION])
    for (let seed = first; seed < first + count; seed++) {
      assert.equal(isTrainingSeed(seed), false)
      assert.throws(() => {
        checkSeeds(TRAINING, seed, seed)
      }, /Expected integers from 1000000 to 4294967295, as others are kept for other uses/)
    }
  for (const [first, last] of [
    [999_999, 1_000_005],
    [1_000_000, 2 ** 32],
    [1_000_000.5, 1_000_001],
  ] as const)
    assert.throws(() => {
      checkSeeds(TRAINING, first, last)
    }, RangeError)
  checkSeeds(TRAINING, 1_000_000, 2 ** 32 - 1)
})

test('no two seeds of 32 bits share their numbers: neighbours, and those that differ in the highest bit', () => {
  const first = (seed: number): string => {
    const random = randomOf(seed)
    return [random.fraction(), random.fraction(), random.fraction()].join()
  }
  const seeds = Array.from({ length: 20_000 }, (_, i) => [i, i + 2 ** 31]).flat()
  assert.equal(new Set(seeds.map(first)).size, seeds.length)
})
