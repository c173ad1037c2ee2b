// The tasks: one picture or many, boxes in every form, and what is asked for is what comes. That each task's prompt gives
// the reference's answer is shown in test/model/kosmos2.test.ts.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { Kosmos2 } from '../../src/model/kosmos2.ts'
import type { Answer } from '../../src/tasks/answer.ts'
import { int64 } from '../../src/tensor.ts'
import { patch_index_to_coordinate } from '../../src/text/boxes.ts'

const kosmos = await Kosmos2.from_pretrained('models/kosmos2-tiny')
after(() => kosmos.dispose())
const scene = (name: string): string => `data/scenes/${name}.png`
const names = ['night', 'three', 'pair', 'row', 'twins', 'field']
const pictures = names.map(scene)

test('many pictures get the answers that each gets alone, in their order, whatever the task', async () => {
  const boxes = pictures.map((_, i) => ({ patches: [33 * i, 33 * i + 330] as const }))
  const [captions, phrases, regions, questions] = [
    await kosmos.caption(pictures),
    await kosmos.ground(pictures, 'a balloon'),
    await kosmos.describe(pictures, boxes),
    await kosmos.ask(pictures, 'What is on the left?'),
  ]
  const assertSame = (together: Answer | undefined, alone: Answer): void => {
    // Sums in another order differ in the last digits of what was believed, but in no token.
    const [{ boxes: ours, ...answer }, { boxes: theirs, ...expected }] = [together!, alone]
    assert.deepEqual(answer, expected)
    for (const [i, { confidence }] of theirs.entries())
      assert.ok(confidence === null || Math.abs(confidence[0] - ours[i]!.confidence![0]) < 1e-3)
  }
  for (const [i, picture] of pictures.entries()) {
    assertSame(captions[i], await kosmos.caption(picture))
    assertSame(phrases[i], await kosmos.ground(picture, 'a balloon'))
    assertSame(regions[i], await kosmos.describe(picture, boxes[i]!))
    assertSame(questions[i], await kosmos.ask(picture, 'What is on the left?'))
  }
})

test('each box comes in fractions, pixels and cells that are one another, finer, and with how sure the model was', async () => {
  const { entities, boxes } = await kosmos.caption(scene('three'))
  assert.deepEqual(
    boxes.map(({ entity, index, fractions }) => [entity, index, fractions]),
    entities.flatMap(([, , own], entity) => own.map((box, index) => [entity, index, box])),
  )
  for (const { fractions, pixels, patches, confidence, finer, maps } of boxes) {
    assert.deepEqual(
      pixels,
      fractions.map((side) => 480 * side),
    )
    assert.deepEqual(patch_index_to_coordinate(...patches, 32), fractions)
    const { upperLeft, lowerRight } = maps!
    assert.deepEqual(confidence, [upperLeft.probabilities[patches[0]], lowerRight.probabilities[patches[1]]])
    assert.ok(finer!.every((side, i) => Math.abs(side - fractions[i]!) < 1.5 / 32))
  }
  const [given] = (await kosmos.describe(scene('three'), { fractions: [0.1, 0.1, 0.4, 0.4] })).boxes
  assert.deepEqual([given!.confidence, given!.finer, given!.maps], [null, null, null])
})

test('locate gives one box, ground so many as were asked for', async () => {
  assert.equal((await kosmos.locate(scene('twins'), 'a balloon')).boxes.length, 1)
  for (const boxes of [1, 2, 3])
    assert.equal((await kosmos.ground(scene('twins'), 'two balloons', { boxes })).boxes.length, boxes)
  const free = await kosmos.ground(scene('twins'), 'two balloons')
  const { raw } = await kosmos.ground(scene('twins'), 'two balloons', { wellFormed: true })
  assert.equal(raw, free.raw)
})

test('text alone is continued without any picture, as the text model does', async () => {
  const text = 'An image of'
  const { tokenizer } = kosmos.processor
  const ids = tokenizer.call(text, { return_tensors: null }).input_ids.slice(0, -1)
  const output = await kosmos.model.generate({ input_ids: int64(ids, [1, ids.length]), max_new_tokens: 12 })
  const [expected] = tokenizer.batch_decode(output, { skip_special_tokens: true })
  assert.equal(await kosmos.complete(text, { max_new_tokens: 12 }), expected)
  assert.ok(expected!.startsWith(text) && expected!.length > text.length)
})

test('lists that do not fit the pictures, and options out of range, are refused by name', async () => {
  const box = { fractions: [0, 0, 1, 1] as const }
  await assert.rejects(kosmos.caption([]), /Expected at least one picture for image/)
  await assert.rejects(kosmos.describe(pictures, [box]), /as many entries as there are pictures, 6,/)
  await assert.rejects(
    async () => kosmos.describe(pictures, box as never),
    /a list with a box for each picture/,
  )
  await assert.rejects(
    async () => kosmos.ground(scene('one'), 'a tree', { boxes: 0 }),
    /integer from 1 for boxes/,
  )
  await assert.rejects(
    kosmos.caption(scene('one'), { wellFormed: 1 as never }),
    /true or false for wellFormed/,
  )
  await assert.rejects(kosmos.caption([scene('one'), readFileSync('package.json')]), { name: 'ImageError' })
})
