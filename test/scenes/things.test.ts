// Things: their names in good English, and a drawing of each in every style.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSprites } from '../../scripts/scenes/sprites.ts'
import { STYLES } from '../../scripts/scenes/styles.ts'
import { isColourful, kindOf, KINDS, naturalColour, withArticle } from '../../scripts/scenes/things.ts'

test('every drawing of every thing is there in every style, with opaque pixels', async () => {
  const styles = STYLES.map(({ name }) => name)
  const sprites = await readSprites(styles)
  for (const { icon } of KINDS.flatMap(({ drawings }) => drawings))
    for (const style of styles) {
      const { hull, levels } = sprites.get(style, icon)
      assert.ok(hull.length >= 6, `${style}/${icon}`)
      const xs = hull.filter((_, i) => i % 2 === 0)
      const ys = hull.filter((_, i) => i % 2 === 1)
      const side = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys))
      assert.ok(side >= 96 && side <= 128, `${style}/${icon} is ${side} pixels long`)
      assert.ok(levels.every(({ width, height, pixels }) => pixels.length === 4 * width * height))
    }
})

test('names, plurals and articles are English, and none stands for two things', () => {
  const words = KINDS.flatMap(({ name, plural }) => [...new Set([name, plural])])
  assert.equal(new Set(words).size, words.length)
  assert.deepEqual(
    [
      'mouse',
      'sheep',
      'fox',
      'wine glass',
      'bus',
      'strawberry',
      'monkey',
      'tomato',
      'maple leaf',
      'snowman',
    ].map((name) => kindOf(name).plural),
    [
      'mice',
      'sheep',
      'foxes',
      'wine glasses',
      'buses',
      'strawberries',
      'monkeys',
      'tomatoes',
      'maple leaves',
      'snowmen',
    ],
  )
  assert.deepEqual(['owl', 'unicorn', 'umbrella', 'ice cream cone', 'eye', 'dog'].map(withArticle), [
    'an owl',
    'a unicorn',
    'an umbrella',
    'an ice cream cone',
    'an eye',
    'a dog',
  ])
  assert.throws(() => kindOf('gnu'), /Expected the name of a thing, but received 'gnu'/)
})

test('a colour is natural only where all drawings share it', () => {
  assert.equal(naturalColour(kindOf('frog')), 'green')
  assert.equal(naturalColour(kindOf('apple')), undefined)
  assert.equal(naturalColour(kindOf('cat')), undefined)
  assert.deepEqual(
    KINDS.filter(isColourful).map(({ name }) => name),
    ['apple', 'heart', 'circle', 'book'],
  )
})
