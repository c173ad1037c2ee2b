import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitText, graphemes, monospaceWidth, textWidth } from '../../src/plot/text-width.ts'

test('widths are those of Arial', () => {
  // Measured in a browser with Liberation Sans, whose advances are Arial's.
  assert.equal(
    textWidth('An image of', 1000),
    667 + 556 + 278 + 222 + 833 + 556 + 556 + 556 + 278 + 556 + 278,
  )
  assert.equal(textWidth('WWW', 10).toFixed(2), '28.32')
})

test('accents add no width, characters of Han are square, an emoji of several parts is one', () => {
  assert.equal(textWidth('é', 10), textWidth('e', 10))
  assert.equal(textWidth('e\u0301', 10), textWidth('e', 10))
  assert.equal(textWidth('雪', 10), 10)
  assert.equal(textWidth('👨‍👩‍👧‍👦', 10), textWidth('👦', 10))
  assert.equal(monospaceWidth('雪a', 10), monospaceWidth('aaa', 10))
})

test('text that does not fit ends in an ellipsis, within the width and never inside a character', () => {
  const measure = (text: string): number => textWidth(text, 13)
  const phrase = 'a 👨‍👩‍👧‍👦 holding a red umbrella'
  assert.equal(fitText(phrase, 1000, measure), phrase)
  for (let width = 15; width < measure(phrase); width += 7) {
    const cut = fitText(phrase, width, measure)
    assert.ok(measure(cut) <= width, `${cut} in ${width}`)
    assert.ok(cut.endsWith('…'))
    const kept = graphemes(cut.slice(0, -1))
    assert.deepEqual(kept, graphemes(phrase).slice(0, kept.length))
  }
})
