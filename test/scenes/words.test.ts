// The vocabulary holds every word that any text of any scene has.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomOf } from '../../scripts/scenes/random.ts'
import { createScene } from '../../scripts/scenes/scene.ts'
import { readSprites } from '../../scripts/scenes/sprites.ts'
import { TRAINED_STYLES } from '../../scripts/scenes/styles.ts'
import { heldOutSegments } from '../../scripts/scenes/texts/held-out-mix.ts'
import { viewOf } from '../../scripts/scenes/texts/segment.ts'
import { trainingSegments } from '../../scripts/scenes/texts/training-mix.ts'
import { piecesOf } from '../../scripts/scenes/tokens.ts'
import { createVocabulary } from '../../scripts/scenes/words.ts'

const sprites = await readSprites(TRAINED_STYLES)

test('every word of 600 scenes, trained and measured, is in the vocabulary', () => {
  const { words, punctuation } = createVocabulary()
  assert.deepEqual(punctuation, [',', '.', ':', '?'])
  assert.deepEqual(words, [...new Set(words)].sort())
  const known = new Set([...words, ...punctuation])
  for (let seed = 2_000_000; seed < 2_000_600; seed++) {
    const view = viewOf(createScene(seed, sprites))
    const segments = [...trainingSegments(view, randomOf(seed)), ...heldOutSegments(view, randomOf(seed))]
    for (const { prompt, answer } of segments)
      for (const piece of piecesOf(prompt + answer))
        assert.ok(piece.startsWith('<') || known.has(piece), `'${piece}' of '${prompt}${answer}'`)
  }
})
