// The tasks: one picture or many, boxes in every form, and what is asked for is what comes. That each task's prompt gives
// the reference's answer is shown in test/model/kosmos2.test.ts.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import { finerBox } from '../../src/generate/boxes/finer-box.ts'
import { Kosmos2 } from '../../src/tasks/kosmos2.ts'
import { isWellFormed } from '../../scripts/bench/is-well-formed.ts'
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
    const { boxes: ours, confidence: ourSurety, ...answer } = together!
    const { boxes: theirs, confidence: theirSurety, ...expected } = alone
    assert.deepEqual(answer, expected)
    assert.ok(Math.abs(ourSurety - theirSurety) < 1e-3)
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

test('the finer box is what the box refiner makes of the one by belief, of several pictures too and of a kept one', async () => {
  const pictures = [scene('three'), scene('twins')]
  const both = await kosmos.caption(pictures)
  const { pixel_values } = await kosmos.processor.image_processor.call(pictures)
  const refined = await kosmos.model.refineBoxes({
    pixel_values,
    boxes: both.map(({ boxes }) => boxes.map(({ maps }) => finerBox(maps!))),
  })
  const look = await kosmos.look(pictures[1]!)
  const kept = await look.caption()
  await look.dispose()
  for (const [row, answer] of [...both, kept].entries()) {
    const expected = refined[Math.min(row, 1)]!.flat()
    const off = answer.boxes.flatMap(({ finer }) => finer!).map((side, i) => Math.abs(side - expected[i]!))
    assert.ok(off.length === expected.length && Math.max(...off) < 1e-5, String(Math.max(...off)))
  }
})

test('an answer is as sure as its tokens are likely, to its end and not beyond', async () => {
  const { processor, model } = kosmos
  const [image, text] = [scene('night'), 'Question: What color is the moon? Answer:']
  const inputs = await processor.call({ text, images: image })
  const answer = await kosmos.ask(image, 'What color is the moon?')
  const written = processor.tokenizer.call(answer.raw.slice(` ${text}`.length), {
    return_tensors: null,
    add_special_tokens: false,
  }).input_ids
  const [own] = await model.score(inputs, [[...written, processor.tokenizer.eos_token_id]])
  const expected = Math.exp(own!.reduce((sum, value) => sum + value, 0) / own!.length)
  assert.ok(Math.abs(answer.confidence - expected) < 1e-4, `${answer.confidence}, ${expected}`)
  const beams = await kosmos.ask([image, scene('pair')], 'What color is the moon?', { num_beams: 3 })
  assert.equal(beams[0]!.text, answer.text)
  assert.ok(Math.abs(beams[0]!.confidence - expected) < 1e-4)
  // Tokens that were ruled out leave their share to the others.
  const limited = await kosmos.locate(image, 'an owl')
  assert.ok(limited.confidence > 0 && limited.confidence <= 1)
})

test('a limit for prompt and answer together holds for tags too, and a prompt that fills it is refused', async () => {
  const length = (
    await kosmos.processor.call({
      text: '<grounding> An image of',
      images: scene('three'),
    })
  ).input_ids.dims[1]!
  for (const more of [1, 4, 7, 12]) {
    const { raw } = await kosmos.caption(scene('three'), { wellFormed: true, max_length: length + more })
    assert.ok(isWellFormed(raw), raw)
  }
  await assert.rejects(kosmos.caption(scene('three'), { max_length: length }), /more than the prompt's/)
})

test('locate gives one box, ground so many as were asked for', async () => {
  assert.equal((await kosmos.locate(scene('twins'), 'a balloon')).boxes.length, 1)
  // However much longer the answer has to be.
  const long = { min_new_tokens: 40, max_new_tokens: 48 }
  assert.equal((await kosmos.locate(scene('twins'), 'a balloon', long)).boxes.length, 1)
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
  const completion = await kosmos.complete(text, { max_new_tokens: 12 })
  assert.equal(completion.text, expected)
  assert.ok(completion.confidence > 0 && completion.confidence <= 1)
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
  for (const outside of [
    { fractions: [0, 0, 1, 1.25] },
    { patches: [0, 1024] },
    { patches: [33, 0] },
    [-0.1, 0, 0.5, 0.5],
  ])
    await assert.rejects(async () => kosmos.describe(scene('one'), outside), /Expected a box in the picture/)
  const beyond = { pixels: [0, 0, 481, 100] }
  await assert.rejects(kosmos.describe(scene('one'), beyond), /a box inside the picture of 480 x 480/)
  await assert.rejects(kosmos.caption([scene('one'), readFileSync('package.json')]), { name: 'ImageError' })
})
