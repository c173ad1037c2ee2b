import assert from 'node:assert/strict'
import { test } from 'node:test'
import { boxToPatches, coordinate_to_patch_index, patch_index_to_coordinate } from '../../src/text/boxes.ts'
import { readProcessorB } from './goldens.ts'

const { to_patches, to_coordinates } = readProcessorB().boxes
const size = { width: 640, height: 480 }

test('coordinates become the patch indices of the reference, outside the picture too', () => {
  for (const { bbox, patches } of to_patches)
    if (patches === null)
      assert.throws(() => coordinate_to_patch_index(bbox, 32), /RangeError.*x2 > x1 and y2 > y1 for bbox/)
    else assert.deepEqual(coordinate_to_patch_index(bbox, 32), patches)
})

test('patch indices become the coordinates of the reference, outside the grid too', () => {
  for (const { patches, bbox } of to_coordinates) {
    assert.deepEqual(patch_index_to_coordinate(patches[0], patches[1], 32), bbox)
    assert.deepEqual(patch_index_to_coordinate(BigInt(patches[0]), BigInt(patches[1]), 32), bbox)
  }
})

test('the same box in every form has the same patch indices', () => {
  const expected = [2 * 32 + 4, 15 * 32 + 15]
  const forms = [
    { pixels: [80, 30, 320, 240] },
    { fractions: [0.125, 0.0625, 0.5, 0.5] },
    [0.125, 0.0625, 0.5, 0.5],
    { patches: expected },
    expected,
  ]
  for (const box of forms) assert.deepEqual(boxToPatches('bboxes[0]', box, 32, size), expected)
})

test('a whole picture is a box in fractions and in pixels', () => {
  assert.deepEqual(boxToPatches('box', [0, 0, 1, 1], 32, size), [0, 1023])
  assert.deepEqual(boxToPatches('box', { pixels: [0, 0, 640, 480] }, 32, size), [0, 1023])
})

test('four whole numbers are refused with the way to give pixels', () => {
  assert.throws(
    () => boxToPatches('bboxes[0]', [10, 20, 300, 400], 32, size),
    /RangeError: Expected fractions .* for bboxes\[0\] but received \[ 10, 20, 300, 400 \].*\{ pixels: \[x1, y1, x2, y2\] \}/,
  )
})

test('pixels need the size of the picture and lie inside it', () => {
  const box = { pixels: [0, 0, 641, 480] }
  assert.throws(() => boxToPatches('box', box, 32, undefined), /a picture in the same call for box\.pixels/)
  assert.throws(
    () => boxToPatches('box', box, 32, size),
    /inside the picture of 640 x 480 pixels for box\.pixels/,
  )
})

test('anything else is refused, saying what came', () => {
  const bad: [unknown, RegExp][] = [
    [null, /Expected a box: .* for box but received null/],
    ['a', /Expected a box: .* for box but received 'a' of type string/],
    [{}, /Expected a box: .* for box but received \{\}/],
    [{ pixel: [1, 2, 3, 4] }, /Unknown option 'pixel' for box; its options are pixels, fractions, patches/],
    [{ pixels: [1, 2, 3, 4], patches: [1, 2] }, /Expected a box: /],
    [{ fractions: [0, 0, 1] }, /four numbers \[x1, y1, x2, y2\] for box\.fractions/],
    [{ fractions: [0, 0, NaN, 1] }, /four numbers \[x1, y1, x2, y2\] for box\.fractions/],
    [{ pixels: '1234' }, /four numbers \[x1, y1, x2, y2\] for box\.pixels but received '1234'/],
    [{ patches: [0.5, 2] }, /two patch indices, which are integers for box\.patches/],
    [[1, 2, 3], /Expected a box: .* for box but received \[ 1, 2, 3 \]/],
    [[0, 0, Infinity, 1], /Expected a box: /],
    [[0.5, 0.1, 0.5, 0.2], /with x2 > x1 and y2 > y1/],
    [[0, 0, 1e300, 1.5], /fractions of the picture, from 0 to 1/],
  ]
  for (const [box, message] of bad) assert.throws(() => boxToPatches('box', box, 32, size), message)
  assert.throws(
    () => coordinate_to_patch_index([0, 0, 1, 1], 0),
    /an integer from 1 for num_patches_per_side/,
  )
  assert.throws(() => patch_index_to_coordinate(0.5, 1, 32), /an integer for ul_idx but received 0\.5/)
})
