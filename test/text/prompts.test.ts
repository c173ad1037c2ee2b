import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  briefCaption,
  describeRegion,
  detailedCaption,
  groundPhrase,
  question,
} from '../../src/text/prompts.ts'

test('the prompts have the forms that the model was trained on', () => {
  assert.equal(briefCaption(), '<grounding> An image of')
  assert.equal(briefCaption({ grounded: false }), 'An image of')
  assert.equal(detailedCaption(), '<grounding> Describe this image in detail:')
  assert.equal(detailedCaption({ grounded: false }), 'Describe this image in detail:')
  assert.equal(
    groundPhrase(' a snowman next to a fire '),
    '<grounding><phrase> a snowman next to a fire</phrase>',
  )
  assert.equal(describeRegion(), '<grounding><phrase> It</phrase> is')
  assert.equal(describeRegion({ grounded: false }), '<phrase> It</phrase> is')
  const asked = 'What is special about this image?'
  assert.equal(question(asked), `<grounding> Question: ${asked} Answer:`)
  assert.equal(question(asked, { grounded: false }), `Question: ${asked} Answer:`)
})

test('what cannot be asked is refused', () => {
  assert.throws(() => groundPhrase(''), /a text that is not empty for phrase but received ''/)
  assert.throws(() => groundPhrase('a\nb'), /one line of text without tags for phrase but received 'a\\nb'/)
  assert.throws(() => groundPhrase('a</phrase>'), /one line of text without tags for phrase/)
  assert.throws(() => question(7 as unknown as string), /a string for text but received 7/)
  assert.throws(() => briefCaption({ grounded: 1 } as never), /true or false for grounded but received 1/)
  assert.throws(
    () => briefCaption({ ground: true } as never),
    /Unknown option 'ground' for a prompt; its options are grounded/,
  )
})
