// Finer boxes from beliefs whose places are known.
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

/** What a model believes that has learned a corner at an exact place, in cells, by heart. */
function believed(x: number, y: number): CornerMap {
  const axis = (place: number): number[] => {
    const weights = Array.from({ length: side }, (_, i) => Math.exp(-((i + 0.5 - place) ** 2) / 0.5))
    const total = weights.reduce((sum, weight) => sum + weight)
    return weights.map((weight) => weight / total)
  }
  const columns = axis(x)
  const probabilities = Float64Array.from(axis(y).flatMap((row) => columns.map((column) => row * column)))
  return { cell: probabilities.indexOf(Math.max(...probabilities)), side, probabilities }
}

function assertNear(box: readonly number[], expected: readonly number[]): void {
  for (const [i, place] of expected.entries())
    assert.ok(Math.abs(box[i]! - place / side) < 1e-8, `${i}: ${box[i]!} for ${place / side}`)
}

test('the belief that corners are trained to gives their exact places back, at the border of the picture too', () => {
  for (const box of [
    [2.1, 3.4, 4.9, 7.27],
    [0, 0.02, side, 5.5],
    [3.99, 0.5, 7.98, side],
  ] as const)
    for (const radius of [1, 2, side]) {
      const [x1, y1, x2, y2] = box
      assertNear(finerBox({ upperLeft: believed(x1, y1), lowerRight: believed(x2, y2) }, { radius }), box)
    }
})

test('cells beyond the window do not count, and a window of one cell gives its centre', () => {
  const without = corner(2 * side + 3, { '2,3': 0.6, '2,4': 0.2, '1,3': 0.1 })
  assert.deepEqual(finerBox({ upperLeft, lowerRight }), finerBox({ upperLeft: without, lowerRight }))
  assert.ok(finerBox({ upperLeft, lowerRight }, { radius: 3 })[0] > finerBox({ upperLeft, lowerRight })[0])
  const centres = patch_index_to_coordinate(upperLeft.cell, lowerRight.cell, side)
  assertNear(finerBox({ upperLeft, lowerRight }, { radius: 0 }), centres.map((place) => place * side)) // prettier-ignore
})

test('cells that were ruled out are missing from the belief, and tell nothing of the place', () => {
  const right = believed(4.2, 6.3)
  // Nothing left of the upper left corner, in column 4: the belief of columns 4 and 5 alone.
  const probabilities = right.probabilities.map((weight, i) => (i % side < 4 ? 0 : weight))
  const box = finerBox({ upperLeft: believed(4.1, 2.6), lowerRight: { ...right, probabilities } })
  assertNear(box, [4.1, 2.6, 4.2, 6.3])
  // Where all but one were, it is that one's centre, at the border too.
  const only = corner(side * side - 1, { '7,7': 1 })
  assertNear(finerBox({ upperLeft, lowerRight: only }).slice(2), [7.5, 7.5])
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
