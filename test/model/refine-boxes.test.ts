// Boxes brought to the borders in the picture: as torch brings them, on both engines, and closer to the true ones.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { lookAtWindows, windowAround } from '../../src/generate/boxes/box-windows.ts'
import { Kosmos2ForConditionalGeneration } from '../../src/model/kosmos2-for-conditional-generation.ts'
import { OVKosmos2ForConditionalGeneration } from '../../src/model/ov-kosmos2-for-conditional-generation.ts'
import type { Float32Tensor, Tensor } from '../../src/tensor.ts'
import { type Box, boxIou } from '../../src/text/box-iou.ts'
import { Kosmos2Processor } from '../../src/text/processor.ts'
import { readGoldenTensors } from '../goldens.ts'
import { readTinyGolden } from '../tiny-golden.ts'
import { withoutBoxRefiner } from '../without-box-refiner.ts'
import { converted } from './converted.ts'

const MODEL = 'models/kosmos2-tiny'
const golden = readGoldenTensors('test/goldens/box-refiner/golden.safetensors')
const boxesOf = (name: string): Box[] => {
  const data = golden.get(name)!.data as Float32Array
  return Array.from(
    { length: data.length / 4 },
    (_, i) => [...data.slice(4 * i, 4 * i + 4)] as unknown as Box,
  )
}
const given = boxesOf('boxes')

const processor = await Kosmos2Processor.from_pretrained(MODEL)
const pixelsOf = async (...files: string[]): Promise<Tensor> =>
  (await processor.image_processor.call(files.map((file) => `data/scenes/${file}`))).pixel_values
const pixel_values = await pixelsOf('four.png')
const original = await Kosmos2ForConditionalGeneration.from_pretrained(MODEL)
after(() => original.dispose())

const largest = (found: ArrayLike<number>, expected: ArrayLike<number>): number =>
  Array.from(found).reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0)

test('a box refiner sees the picture in a window as torch resizes it, and where the box is', () => {
  const { data, dims } = golden.get('windows')!
  const boxes = given
    .slice(0, dims[0])
    .map((box) => ({ row: 0, box, window: windowAround(box, pixel_values.dims[3]!) }))
  const seen = lookAtWindows(pixel_values as Float32Tensor, boxes)
  assert.deepEqual(seen.dims, dims)
  // The golden has float16.
  const off = largest(seen.data as Float32Array, data as Float32Array)
  assert.ok(off < 2e-3, String(off))
})

test('the original and the compiled model bring boxes to where torch brings them', async () => {
  const compiled = await OVKosmos2ForConditionalGeneration.from_pretrained(await converted(MODEL, 'fp32'), {
    performance: 'accurate',
  })
  const expected = boxesOf('refined').flat()
  for (const model of [original, compiled]) {
    assert.equal(model.refinesBoxes, true)
    const [refined] = await model.refineBoxes({ pixel_values, boxes: [given] })
    const off = largest(refined!.flat(), expected)
    assert.ok(off < 1e-4, String(off))
  }
  await compiled.dispose()
})

test('boxes that are a little off are brought to the borders of the things, each in its own picture', async () => {
  const scenes = readTinyGolden().scenes.filter(({ file }) => ['pair.png', 'twins.png'].includes(file))
  const true_ = scenes.map(({ objects }) => objects.map(({ box }) => box))
  const moved = true_.map((own) =>
    own.map(([x1, y1, x2, y2]): Box => [x1 + 0.01, y1 - 0.006, x2 - 0.008, y2 - 0.01]),
  )
  const boxes = await original.refineBoxes({
    pixel_values: await pixelsOf(...scenes.map(({ file }) => file)),
    boxes: moved,
  })
  for (const [row, own] of true_.entries())
    for (const [i, box] of own.entries()) {
      const [before, now] = [boxIou(moved[row]![i]!, box), boxIou(boxes[row]![i]!, box)]
      assert.ok(before < 0.93 && now > 0.95, `${now} after ${before}`)
    }
})

test('a box without area stays what it is, and a picture may have no box', async () => {
  const backwards: Box = [0.6, 0.6, 0.4, 0.4]
  const two = await pixelsOf('four.png', 'one.png')
  assert.deepEqual(await original.refineBoxes({ pixel_values: two, boxes: [[], [backwards]] }), [
    [],
    [backwards],
  ])
})

test('what is no box of a picture is refused, and so is a checkpoint without a box refiner', async () => {
  const cases: readonly (readonly [object, RegExp])[] = [
    [{ pixel_values, boxes: [] }, /as many lists as there are pictures, 1, for boxes but received 0/],
    [{ pixel_values, boxes: given }, /1, for boxes but received 6/],
    [{ pixel_values, boxes: [[[0.1, 0.1, 0.2]]] }, /boxes \[x1, y1, x2, y2\] in fractions/],
    [{ pixel_values, boxes: [[[0.1, 0.1, 0.2, 1.2]]] }, /from 0 to 1/],
    [{ pixel_values, boxes: [[[0.1, NaN, 0.2, 0.3]]] }, /from 0 to 1/],
    [{ pixel_values, boxes: 'all' }, /a list of boxes for each picture/],
    [{ pixel_values: undefined, boxes: [given] }, /a float32 tensor \[B, 3, 256, 256\] for pixel_values/],
  ]
  for (const [inputs, message] of cases)
    await assert.rejects(original.refineBoxes(inputs as never), { message })
  const plain = await Kosmos2ForConditionalGeneration.from_pretrained(withoutBoxRefiner())
  assert.equal(plain.refinesBoxes, false)
  await assert.rejects(plain.refineBoxes({ pixel_values, boxes: [given] }), {
    name: 'TypeError',
    message: /Expected a checkpoint with a box refiner/,
  })
  await plain.dispose()
})
