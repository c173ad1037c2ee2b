// Finer boxes from maps whose expectations were worked out by hand.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CornerMap } from '../../../src/generate/boxes/corner-maps.ts'
import { finerBox } from '../../../src/generate/boxes/finer-box.ts'
import { patch_index_to_coordinate } from '../../../src/text/boxes.ts'

const side = 8

/** @param cells - probabilities by row and column, such as `{ '2,3': 0.5 }` */
function corner(cell: number, cells: Readonly<Record<string, number>>): CornerMap {
  const probabilities = new Float64Array(side * side)
  for (const [place, probability] of Object.entries(cells)) {
    const [row, column] = place.split(',').map(Number) as [number, number]
    probabilities[row * side + column] = probability
  }
  return { cell, side, probabilities }
}
const upperLeft = corner(2 * side + 3, { '2,3': 0.6, '2,4': 0.2, '1,3': 0.1, '2,6': 0.1 })
const lowerRight = corner(6 * side + 7, { '6,7': 0.75, '5,7': 0.25 })

test('a corner lies at the expected row and column of the 3 x 3 cells around the written one', () => {
  // '2,6' is too far away: the rest weighs 0.9.
  const x1 = (0.6 * 3.5 + 0.2 * 4.5 + 0.1 * 3.5) / 0.9 / side
  const y1 = (0.6 * 2.5 + 0.2 * 2.5 + 0.1 * 1.5) / 0.9 / side
  const box = finerBox({ upperLeft, lowerRight })
  for (const [i, expected] of [x1, y1, 7.5 / side, (0.75 * 6.5 + 0.25 * 5.5) / side].entries())
    assert.ok(Math.abs(box[i]! - expected) < 1e-12, `${i}: ${box[i]!} for ${expected}`)
})

test('a wider window counts more cells, none leaves the cells that were written', () => {
  const wide = finerBox({ upperLeft, lowerRight }, { radius: 3 })
  assert.ok(Math.abs(wide[0] - (0.6 * 3.5 + 0.2 * 4.5 + 0.1 * 3.5 + 0.1 * 6.5) / side) < 1e-12)
  const centres = patch_index_to_coordinate(upperLeft.cell, lowerRight.cell, side)
  finerBox({ upperLeft, lowerRight }, { radius: 0 }).forEach((place, i) => {
    assert.ok(Math.abs(place - centres[i]!) < 1e-12)
  })
})

test('corners that fall on one line, or in the wrong order, give the box of their cells', () => {
  const one = corner(9, { '1,1': 1 })
  assert.deepEqual(finerBox({ upperLeft: one, lowerRight: one }), [1 / 8, 1 / 8, 2 / 8, 2 / 8])
  assert.deepEqual(
    finerBox({ upperLeft: lowerRight, lowerRight: upperLeft }),
    patch_index_to_coordinate(lowerRight.cell, upperLeft.cell, side),
  )
})

test('a cell with nothing around it, as sampling may draw one, gives the box of the cells too', () => {
  const drawn = corner(0, { '5,5': 1 })
  assert.deepEqual(
    finerBox({ upperLeft: drawn, lowerRight }),
    patch_index_to_coordinate(0, lowerRight.cell, side),
  )
})

test('a radius that is no integer from 0 is refused', () => {
  for (const radius of [-1, 0.5, NaN])
    assert.throws(() => finerBox({ upperLeft, lowerRight }, { radius }), /Expected integer from 0 for radius/)
})
