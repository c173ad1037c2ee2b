// The temperature of corner maps: found again where it is known.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CornerMap } from '../../../src/generate/boxes/corner-maps.ts'
import { fitTemperature, withTemperature } from '../../../src/generate/boxes/temperature.ts'
import { createRandom } from '../../../src/generate/random.ts'

const side = 8

/** Maps of a bell around a place, and cells drawn by their likelihoods. */
function known(count: number) {
  const random = createRandom(3)
  return Array.from({ length: count }, () => {
    const [x, y] = [side * random(), side * random()]
    const weights = Float64Array.from({ length: side * side }, (_, cell) =>
      Math.exp(-((Math.floor(cell / side) + 0.5 - y) ** 2 + ((cell % side) + 0.5 - x) ** 2)),
    )
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const map: CornerMap = { cell: 0, side, probabilities: weights.map((weight) => weight / total) }
    let rest = random()
    const cell = map.probabilities.findIndex((probability) => (rest -= probability) < 0)
    return { map, cell }
  })
}

test('maps that say what is so have a temperature of 1; sharpened ones need the inverse of what was done to them', () => {
  const corners = known(3000)
  assert.ok(Math.abs(fitTemperature(corners) - 1) < 0.04)
  for (const temperature of [0.5, 2]) {
    const changed = corners.map(({ map, cell }) => ({ map: withTemperature(map, temperature), cell }))
    const found = fitTemperature(changed)
    assert.ok(Math.abs(found * temperature - fitTemperature(corners)) < 0.01, String(found))
  }
})

test('a temperature keeps the order of the cells and their sum, and 1 keeps everything', () => {
  const [{ map }] = known(1) as [ReturnType<typeof known>[0]]
  const order = (probabilities: Float64Array): number[] =>
    [...probabilities.keys()].sort((a, b) => probabilities[b]! - probabilities[a]!)
  for (const temperature of [0.3, 1, 4]) {
    const { probabilities } = withTemperature(map, temperature)
    assert.ok(Math.abs(probabilities.reduce((sum, value) => sum + value, 0) - 1) < 1e-12)
    assert.deepEqual(order(probabilities), order(map.probabilities))
    if (temperature === 1)
      probabilities.forEach((value, i) => {
        assert.ok(Math.abs(value - map.probabilities[i]!) < 1e-12)
      })
  }
  const withZero = {
    ...map,
    probabilities: Float64Array.from(map.probabilities, (value, i) => (i === 0 ? 0 : value)),
  }
  assert.ok(withTemperature(withZero, 2).probabilities.every((value) => Number.isFinite(value)))
})

test('no corners, a cell outside its map and a temperature that is none are refused', () => {
  const [corner] = known(1)
  assert.throws(() => fitTemperature([]), /at least one for corners/)
  assert.throws(
    () => fitTemperature([{ ...corner!, cell: 64 }]),
    /integer from 0 to 63 for corners\[0\]\.cell/,
  )
  assert.throws(() => withTemperature(corner!.map, 0), /above 0 for temperature/)
})
