// Captions that name a thing before its turn: what is told, and what of it is not to be learned.
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after, test } from 'node:test'
import { randomOf } from '../../scripts/scenes/random.ts'
import { pack } from '../../scripts/scenes/record.ts'
import { leftToRight } from '../../scripts/scenes/relations.ts'
import { createScene } from '../../scripts/scenes/scene.ts'
import { readSprites } from '../../scripts/scenes/sprites.ts'
import { TRAINED_STYLES } from '../../scripts/scenes/styles.ts'
import { caption, detail } from '../../scripts/scenes/texts/captions.ts'
import { viewOf } from '../../scripts/scenes/texts/segment.ts'
import { outOfTurn, trainingSegments } from '../../scripts/scenes/texts/training-mix.ts'
import { withArticle } from '../../scripts/scenes/things.ts'
import { readTokens } from '../../scripts/scenes/tokens.ts'
import { writeVocabularyFolder } from './vocabulary-folder.ts'

const sprites = await readSprites(TRAINED_STYLES)
const folder = await writeVocabularyFolder()
after(() => rm(folder, { recursive: true }))
const tokens = await readTokens(folder)

const views = Array.from({ length: 200 }, (_, i) => viewOf(createScene(7_000_000 + i, sprites))).filter(
  ({ things }) => things.length >= 2,
)
const told = views.map((view) => outOfTurn(view, randomOf(view.scene.seed, 7)))

test('in about half of the scenes with several things one thing comes early, and the others go from left to right', () => {
  const early = told.filter((view) => view.early !== undefined)
  assert.ok(Math.abs(early.length / views.length - 0.5) < 0.1, `${early.length} of ${views.length}`)
  for (const [i, view] of told.entries()) {
    const usual = views[i]!.things
    if (view.early === undefined) {
      assert.equal(view, views[i])
      continue
    }
    const others = view.things.filter((thing) => thing !== view.early)
    assert.deepEqual(leftToRight(others), others)
    assert.deepEqual(leftToRight(view.things), usual)
    assert.ok(view.things.indexOf(view.early) < usual.indexOf(view.early))
  }
})

test('what is not to be learned of a caption is the words and the box of the early thing, and no more', () => {
  for (const view of told)
    for (const make of [caption, detail])
      for (const grounded of [true, false]) {
        const segment = make(view, grounded)
        const { ids, given } = pack(segment, tokens)
        if (view.early === undefined) {
          assert.deepEqual([segment.early, given], [undefined, [0, 0]])
          continue
        }
        const mention = segment.answer.slice(...segment.early!)
        assert.deepEqual(ids.slice(...given), tokens.tokenize(mention))
        const phrase = mention.replace(/<object>.*/, '').replace(/<[^>]*>/g, '')
        assert.ok(
          [withArticle(view.early.name), `another ${view.early.name}`].includes(phrase.trim()),
          mention,
        )
        assert.equal(mention.match(/<patch_index_/g)?.length ?? 0, grounded ? 2 : 0)
      }
})

test('only captions go out of turn, and only in what is trained on', () => {
  for (const [i, view] of views.entries()) {
    const { seed } = view.scene
    const usual = trainingSegments(view, randomOf(seed, 5))
    const early = trainingSegments(view, randomOf(seed, 5), told[i])
    assert.deepEqual(
      early.map(({ prompt }) => prompt),
      usual.map(({ prompt }) => prompt),
    )
    for (const [j, segment] of early.entries()) {
      if (told[i]!.early !== undefined && /^(?:caption|detail)/.test(segment.task)) assert.ok(segment.early)
      else assert.deepEqual(segment, usual[j])
    }
    assert.ok(usual.every((segment) => segment.early === undefined))
  }
})
