// A rectangle of a picture has that rectangle's pixels, and only one inside the picture is cut.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crop } from '../../src/image/crop.ts'

const image = { width: 4, height: 3, data: Uint8Array.from({ length: 36 }, (_, i) => i) }

test('a rectangle comes with its own pixels, row by row', () => {
  const { width, height, data } = crop(image, { left: 1, top: 1, width: 2, height: 2 })
  assert.deepEqual([width, height], [2, 2])
  assert.deepEqual([...data], [15, 16, 17, 18, 19, 20, 27, 28, 29, 30, 31, 32])
  assert.deepEqual(crop(image, { left: 0, top: 0, width: 4, height: 3 }), image)
})

test('a rectangle that is empty, between pixels or partly outside is refused with what is possible', () => {
  for (const wrong of [{ left: -1 }, { top: 2 }, { width: 0 }, { width: 1.5 }, { left: 3 }, { height: NaN }])
    assert.throws(
      () => crop(image, { left: 1, top: 1, width: 2, height: 2, ...wrong }),
      /whole pixels inside 4 x 3 for rectangle/,
    )
})
