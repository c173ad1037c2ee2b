// What is wrong with answers, in sentences.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainAnswer } from '../../src/evaluate/explain-answer.ts'
import { judge } from '../../src/evaluate/judge.ts'
import type { Measure, Question } from '../../src/evaluate/question.ts'
import type { Box, Entity } from '../../src/index.ts'

const left: Box = [0, 0, 0.5, 1]
const right: Box = [0.5, 0, 1, 1]
const strip: Box = [0, 0, 0.1, 1] // a fifth of the left half

function explain(measure: Measure, of: Partial<Question>, text: string, ...named: [string, Box][]): string {
  const picture = { path: '1.png', width: 100, height: 100 }
  const prompt = '<grounding><phrase> the dog</phrase>'
  const question = { picture, task: 'task', measure, kinds: [], prompt, answer: undefined, things: [], ...of }
  const entities = named.map(([name, box]): Entity => [name, [0, 0], [[...box]]])
  return explainAnswer(judge({ question, prompt, text, entities, finer: entities, maps: [] }, 32))
}

test('of things it says which were called something else, boxed badly, left out and made up', () => {
  const things = [
    { name: 'fox', box: left },
    { name: 'cat', box: right },
  ]
  const of = (...named: [string, Box][]): string => explain('things', { things }, '', ...named)
  assert.equal(of(['a fox', left], ['a cat', right]), 'It is right.')
  assert.equal(of(['a dog', left], ['a cat', right]), 'It says "dog" where the fox is.')
  assert.equal(of(['a fox', strip], ['a cat', right]), 'It boxes the fox with an overlap of 0.20 only.')
  assert.equal(of(), 'It leaves out the fox and the cat.')
  assert.equal(
    of(['a dog', left], ['an owl', strip]),
    'It says "dog" where the fox is, leaves out the cat, and boxes "owl" where there is none.',
  )
})

test('of phrases, texts and absent things it says how far off they are', () => {
  // With its tags taken out, nothing is left of the right answer of a phrase: only its box counts.
  const things = [{ name: 'dog', box: left }]
  const phrase = { things, answer: '' }
  assert.equal(explain('phrase', phrase, '', ['the dog', left]), 'It is right.')
  assert.equal(
    explain('phrase', phrase, '', ['the dog', strip]),
    'Its box overlaps the right one by 0.20 only.',
  )
  assert.equal(explain('phrase', phrase, '', ['the dog', right]), 'Its box lies elsewhere.')
  assert.equal(explain('phrase', phrase, 'is not in the picture.'), 'It gives no box.')
  assert.equal(explain('text', { answer: 'two.' }, 'three.'), 'The right answer is "two."')
  assert.equal(explain('text', { answer: 'two.' }, 'two.'), 'It is right.')
  assert.equal(explain('absent', { answer: 'no.' }, 'no.', ['a dog', left]), 'It boxes what is not there.')
  const counted = explain('boxes', { things, answer: 'two.' }, 'three.', ['it', left])
  assert.equal(counted, 'The right answer is "two."')
  assert.equal(explain('absent', { answer: 'no.' }, 'yes.'), 'The right answer is "no."')
})
