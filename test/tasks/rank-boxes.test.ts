// The likeliest boxes for a phrase: their probabilities are the model's own, and each place comes once.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Kosmos2 } from '../../src/tasks/kosmos2.ts'
import type { RankBoxesOptions } from '../../src/tasks/rank-boxes.ts'
import { boxIou } from '../../src/text/box-iou.ts'

const kosmos = await Kosmos2.from_pretrained('models/kosmos2-tiny')
after(() => kosmos.dispose())
const picture = 'data/scenes/twins.png'
const phrase = 'a balloon'

test('the first box is the one that is written, and probabilities are products of those of the corners', async () => {
  const { boxes } = await kosmos.locate('data/scenes/three.png', phrase)
  const [first, ...others] = await kosmos.rankBoxes('data/scenes/three.png', phrase, {
    maxOverlap: 1,
    width: 64,
    count: 64,
  })
  assert.deepEqual(first!.patches, boxes[0]!.patches)
  assert.deepEqual([first!.fractions, first!.pixels], [boxes[0]!.fractions, boxes[0]!.pixels])
  const prompt = `<grounding><phrase> ${phrase}</phrase><object>`
  const token = (patch: number): string => `<patch_index_${String(patch).padStart(4, '0')}>`
  for (const { patches, probability } of [first!, ...others.slice(0, 4)]) {
    const [scored] = await kosmos.score('data/scenes/three.png', prompt, [patches.map(token).join('')])
    assert.ok(Math.abs(Math.exp(scored!.logLikelihood) - probability) < 1e-4, patches.join())
  }
  const sum = [first!, ...others].reduce((all, { probability }) => all + probability, 0)
  assert.ok(sum > 0.5 && sum <= 1 + 1e-6, String(sum))
})

test('where a phrase might mean either of two things, both places come, each once, with most of the probability', async () => {
  const [one, other, ...rest] = await kosmos.rankBoxes(picture, 'the lower balloon', { width: 128 })
  assert.ok(boxIou(one!.fractions, other!.fractions) < 0.1)
  assert.ok(one!.probability + other!.probability > 0.5)
  assert.ok(rest.every(({ probability }) => probability < other!.probability))
  assert.ok(one!.mean.every((side, i) => Math.abs(side - one!.fractions[i]!) < 1 / 32))
})

test('options out of range are refused by name', async () => {
  for (const [options, message] of [
    [{ count: 0 }, /integer from 1 for count/],
    [{ maxOverlap: 2 }, /0 to 1 for maxOverlap/],
    [{ width: 1 }, /integer from 2 for width/],
    [{ boxes: 2 }, /Unknown option 'boxes'/],
  ] as const)
    await assert.rejects(kosmos.rankBoxes(picture, phrase, options as RankBoxesOptions), message)
})
