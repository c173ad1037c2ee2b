// Boxes looked at again from closer by: they are closer to the true ones, where the thing was, and of the given picture.
// The checkpoint has no box refiner, which would have found them before.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { readScenes } from '../../src/evaluate/read-scenes.ts'
import { Kosmos2 } from '../../src/tasks/kosmos2.ts'
import type { LookCloserOptions } from '../../src/tasks/look-closer.ts'
import { type Box, boxIou } from '../../src/text/box-iou.ts'
import type { Entity } from '../../src/text/post-process.ts'
import { withoutBoxRefiner } from '../without-box-refiner.ts'

const kosmos = await Kosmos2.from_pretrained(withoutBoxRefiner())
after(() => kosmos.dispose())
const picture = 'data/scenes/night.png'

test('on scenes that were never trained on, small things are boxed much closer than by finer boxes alone', async () => {
  const { questions } = await readScenes('data/scenes/calibration')
  const captions = questions.filter(({ task }) => task === 'caption').slice(0, 6)
  const [before, closer]: [number[], number[]] = [[], []]
  for (const { picture, things } of captions) {
    const answer = await kosmos.caption(picture.path)
    const boxes = await kosmos.lookCloser(picture.path, answer)
    assert.equal(boxes.length, answer.boxes.length)
    for (const [i, { fractions }] of boxes.entries()) {
      const { finer } = answer.boxes[i]!
      const thing = things.find(({ box }) => boxIou(box, finer!) > 0.5)
      if (thing === undefined || Math.max(thing.box[2] - thing.box[0], thing.box[3] - thing.box[1]) > 0.3)
        continue
      before.push(boxIou(thing.box, finer!))
      closer.push(boxIou(thing.box, fractions))
    }
  }
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value) / values.length
  assert.ok(before.length >= 6, String(before.length))
  assert.ok(mean(closer) > mean(before) + 0.015, `${before.length}: ${mean(closer)} after ${mean(before)}`)
})

test('boxes come in the order of the answer, in fractions and in pixels, and say in how many looks they were found', async () => {
  const answer = await kosmos.caption(picture)
  const steps: string[] = []
  const boxes = await kosmos.lookCloser(picture, answer, {
    onProgress: ({ done, total }) => steps.push(`${done}/${total}`),
  })
  assert.deepEqual(
    boxes.map(({ entity, index }) => [entity, index]),
    answer.boxes.map(({ entity, index }) => [entity, index]),
  )
  assert.deepEqual(
    steps,
    answer.boxes.map((_, i) => `${i + 1}/${answer.boxes.length}`),
  )
  for (const [i, { fractions, pixels, looks }] of boxes.entries()) {
    assert.ok(looks >= 1 && looks <= 3, `${looks} looks`)
    assert.ok(boxIou(fractions, answer.boxes[i]!.fractions) > 0.5)
    const [width, height] = [pixels[2] / fractions[2], pixels[3] / fractions[3]]
    assert.ok(Math.abs(pixels[0] - fractions[0] * width) < 1e-9 && height > 0)
    assert.ok(Math.abs(pixels[1] - fractions[1] * height) < 1e-9)
  }
  const look = await kosmos.look(picture)
  const first = { ...answer, boxes: answer.boxes.slice(0, 1) }
  assert.deepEqual(await look.lookCloser(first), boxes.slice(0, 1))
  await look.dispose()
})

test('where no look can be closer or finds the thing again, the box stays the answer’s own', async () => {
  const answer = await kosmos.caption(picture)
  const own = answer.boxes.map(({ finer }) => finer)
  const [box] = answer.boxes
  const unseen = await kosmos.lookCloser(picture, answer, { shares: [0.01] })
  assert.deepEqual(
    unseen.map(({ fractions, looks }) => [fractions, looks]),
    own.map((box) => [box, 0]),
  )
  for (const name of ['a camel', '', 'an owl\nand more']) {
    const entities = answer.entities.map(([, span, of]): Entity => [name, span, of])
    const [first] = await kosmos.lookCloser(picture, { ...answer, entities, boxes: [box!] })
    assert.deepEqual([first!.fractions, first!.looks], [own[0], 0])
  }
  const finer: Box = [0.6, 0.2, 0.4, 0.3]
  const [noBox] = await kosmos.lookCloser(picture, { ...answer, boxes: [{ ...box!, finer }] })
  assert.deepEqual([noBox!.fractions, noBox!.looks], [finer, 0])
  const [cells] = await kosmos.lookCloser(picture, answer, { shares: [], finer: false })
  assert.deepEqual(cells!.fractions, answer.boxes[0]!.fractions)
  const described = await kosmos.describe(picture, { fractions: [0.1, 0.1, 0.6, 0.6] })
  assert.deepEqual(await kosmos.lookCloser(picture, described), [])
})

test('options out of range are refused by name, and a look can be aborted', async () => {
  const answer = await kosmos.caption(picture)
  for (const [options, message] of [
    [{ shares: [0] }, /numbers above 0 and up to 1 for shares/],
    [{ shares: 0.5 }, /a list of numbers .* for shares/],
    [{ finer: 1 }, /true or false for finer/],
    [{ looks: 2 }, /Unknown option 'looks'/],
  ] as const)
    await assert.rejects(kosmos.lookCloser(picture, answer, options as unknown as LookCloserOptions), message)
  const signal = AbortSignal.abort(new Error('enough'))
  await assert.rejects(kosmos.lookCloser(picture, answer, { signal }), /enough/)
})
