// Single answers judged, and the figures of several, against what was worked out by hand.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answered } from '../../src/evaluate/answer-questions.ts'
import { taskFigures } from '../../src/evaluate/task-figures.ts'
import { judge, type Judged } from '../../src/evaluate/judge.ts'
import type { Question } from '../../src/evaluate/question.ts'
import type { Box, Entity } from '../../src/index.ts'

const side = 32
const dog: Box = [0, 0, 0.5, 0.5]
const cat: Box = [0.5, 0.5, 1, 1]
const half: Box = [0, 0, 0.5, 0.25] // of the dog's

function question(of: Partial<Question>): Question {
  const picture = { path: '1.png', width: 100, height: 100 }
  const nothing = { kinds: [], answer: undefined, things: [] }
  return { picture, task: 'task', measure: 'text', prompt: '', ...nothing, ...of }
}
const entity = (name: string, ...boxes: Box[]): Entity => [name, [0, 0], boxes.map((box) => [...box])]
const answer = (of: Question, text: string, ...entities: Entity[]): Answered => ({
  question: of,
  prompt: of.prompt,
  text,
  entities,
  finer: entities.map(([name, span, boxes]) => [name, span, boxes.map(() => [...dog])]),
  maps: [],
})

test('a phrase is answered by its own box, wherever the model goes on to', () => {
  const prompt = '<grounding> A picture of<phrase> the dog</phrase>'
  const asked = question({ measure: 'phrase', prompt, things: [{ name: 'dog', box: dog }] })
  const [right] = judge(answer(asked, '', entity('the dog', half), entity('the cat', dog)), side).boxed
  assert.deepEqual([right!.iou, right!.finerIou, right!.band], [0.5, 1, '40 to 80 %'])
  const other = judge(answer(asked, '', entity('the cat', dog)), side)
  assert.deepEqual([other.boxed[0]!.iou, other.boxed[0]!.finerIou, other.quality], [0, 0, 0])
})

test('phrases with several annotated boxes are held against one of them, or the box around all', () => {
  const prompt = '<grounding><phrase> animals</phrase>'
  const things = [dog, cat].map((box) => ({ name: 'animals', box }))
  const asked = question({ measure: 'flickr30k', prompt, things })
  const { overlaps } = judge(answer(asked, '', entity('animals', half, cat, [0, 0, 1, 1])), side)
  assert.deepEqual(overlaps, {
    'R@1, any-box': 0.5,
    'R@5, any-box': 1,
    'R@10, any-box': 1,
    'R@1, merged-boxes': 0.125,
    'R@5, merged-boxes': 1,
    'R@10, merged-boxes': 1,
  })
})

test('what is not there is recognised by the text and by no box', () => {
  const asked = question({ measure: 'absent', answer: 'is not in the picture.' })
  const isRight = (one: Answered): boolean | undefined => judge(one, side).isExact
  assert.equal(isRight(answer(asked, 'is not in the picture.')), true)
  assert.equal(isRight(answer(asked, '')), false)
  assert.equal(isRight(answer(asked, 'is not in the picture.', entity('a dog', dog))), false)
})

test('figures of captions count things over all answers, an empty picture among them', () => {
  const things = [
    { name: 'dog', box: dog },
    { name: 'cat', box: cat },
  ]
  const asked = (path: string, of: Partial<Question>): Question =>
    question({ task: 'caption', measure: 'things', picture: { path, width: 100, height: 100 }, ...of })
  const judged = [
    answer(
      asked('1.png', { things, answer: 'a dog and a cat.' }),
      'a dog and a bird.',
      entity('a dog', half),
      entity('a bird', cat),
    ),
    answer(asked('2.png', { answer: 'an empty picture.' }), 'an empty picture.'),
    answer(
      asked('3.png', { things, answer: 'a dog and a cat.' }),
      'a dog and a cat.',
      entity('a dog', dog),
      entity('a cat', cat),
    ),
  ].map((one) => judge(one, side))
  const [{ figures, bands }] = taskFigures(judged) as [ReturnType<typeof taskFigures>[0]]
  const values = Object.fromEntries(figures.map(({ name, value, cases }) => [name, [value, cases]]))
  const ceiling = ((15 / 16) ** 2 * 2 + (15 / 16) ** 2) / 3
  assert.deepEqual(values, {
    precision: [3 / 4, 4],
    recall: [3 / 4, 4],
    F1: [3 / 4, 4],
    'exact text': [2 / 3, 3],
    'mean IoU': [(0.5 + 1 + 1) / 3, 3],
    'ceiling of the grid': [ceiling, 3],
    // The finer box of every answer here is the dog's.
    'mean IoU, finer': [2 / 3, 3],
    'mean IoU / ceiling': [2.5 / (3 * ceiling), 3],
  })
  assert.deepEqual(
    bands.map(({ band }) => band),
    ['40 to 80 %'],
  )
})

test('the interval of a share is as wide as its pictures differ, not its answers', () => {
  // Ten pictures of ten answers each, all right or all wrong: no more is known than ten cases say.
  const answers = Array.from({ length: 100 }, (_, i) => {
    const picture = { path: `${Math.floor(i / 10)}.png`, width: 100, height: 100 }
    return judge(answer(question({ picture, answer: 'yes.' }), i < 50 ? 'yes.' : 'no.'), side)
  })
  const width = (some: readonly Judged[]): number => {
    const { low, high } = taskFigures(some)[0]!.figures[0]!.interval!
    return high - low
  }
  assert.ok(width(answers) > 0.5, String(width(answers)))
  const apart = answers.map((one, i) => ({
    ...one,
    question: { ...one.question, picture: { path: `${i}.png`, width: 100, height: 100 } },
  }))
  assert.ok(width(apart) < 0.2, String(width(apart)))
  // Where none or all are right, the pictures do not differ, and yet it may be another share.
  assert.ok(width(answers.slice(0, 50)) > 0.05)
})
