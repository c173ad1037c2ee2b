// Evaluation as the library offers it, on scenes of data/scenes.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  coordinate_to_patch_index,
  drawAnswer,
  evaluate,
  Kosmos2,
  readScenes,
  worstAnswers,
} from '../../src/index.ts'
import { withoutBoxRefiner } from '../without-box-refiner.ts'

const kosmos = await Kosmos2.from_pretrained('models/kosmos2-tiny')
after(() => kosmos.dispose())
const set = await readScenes('data/scenes/calibration')

test('answers come in the order of the questions, and the corners of found things with the cells they are in', async () => {
  const progress: number[] = []
  const { answers, tasks, faults } = await evaluate(kosmos, set, {
    tasks: ['caption', 'grounding'],
    limit: 6,
    keepMaps: true,
    onProgress: ({ done, total }) => progress.push(done / total),
  })
  assert.deepEqual(
    answers.map(({ question }) => question),
    set.questions
      .filter(({ task, picture }) => /^(caption|grounding)$/.test(task) && /50[0-5]/.test(picture.path))
      .map((question) => question),
  )
  assert.deepEqual(
    [tasks.map(({ task }) => task), faults, progress.at(-1)],
    [['caption', 'grounding'], [], 1],
  )
  const found = answers.filter(({ question, boxed }) => question.task === 'grounding' && boxed[0]!.iou > 0)
  assert.ok(found.length > 3)
  for (const { question, boxed, entities } of found) {
    const cells = coordinate_to_patch_index([...question.things[0]!.box], 32)
    assert.deepEqual(
      boxed[0]!.corners.map(({ cell }) => cell),
      cells,
    )
    const written = coordinate_to_patch_index(entities[0]![2][0]!, 32)
    assert.deepEqual(
      boxed[0]!.corners.map(({ map }) => map.cell),
      written,
    )
  }
})

test('with closer looks boxes are measured a fourth time, phrases without a box among them, and progress counts the looks', async () => {
  const progress: number[] = []
  const tasks = ['grounding', 'question']
  const options = {
    tasks,
    limit: 3,
    onProgress: (step: { done: number; total: number }) => progress.push(step.done / step.total),
  }
  // A box refiner would have found the borders before.
  const plain = await Kosmos2.from_pretrained(withoutBoxRefiner())
  const { answers, tasks: figures } = await evaluate(plain, set, { ...options, closer: true })
  await plain.dispose()
  const [grounding, question] = figures
  const value = (name: string): number => grounding!.figures.find((one) => one.name === name)!.value!
  assert.ok(value('mean IoU, closer') > value('mean IoU, finer'))
  assert.ok(!question!.figures.some(({ name }) => name === 'mean IoU, closer'))
  const ious = answers.flatMap(({ boxed }) => boxed.map(({ closerIou }) => closerIou))
  assert.ok(Math.abs(ious.reduce((sum, iou) => sum + iou) / ious.length - value('mean IoU, closer')) < 1e-9)
  assert.ok(grounding!.bands.every(({ figures }) => figures.at(-1)!.name === 'mean IoU, closer'))
  assert.ok(progress.every((share, i) => i === 0 || share > progress[i - 1]!))
  assert.equal(progress.at(-1), 1)
})

test('text alone is continued without the scene that it stands beside', async () => {
  const apart = {
    ...set,
    questions: set.questions.map((one) => {
      const picture = { ...one.picture, path: `no ${one.picture.path}` }
      return { ...one, picture }
    }),
  }
  const { answers, faults } = await evaluate(kosmos, apart, { tasks: ['text'], limit: 4 })
  assert.deepEqual([answers.length, faults], [4, []])
  for (const { prompt, text } of answers) {
    const { text: completed } = await kosmos.complete(prompt, { max_new_tokens: 8 })
    assert.ok(`${prompt} ${text}`.startsWith(completed), `${prompt} ${text}: ${completed}`)
  }
})

test('maps are not kept unless they are asked for', async () => {
  const { answers } = await evaluate(kosmos, set, { tasks: ['caption'], limit: 2 })
  assert.deepEqual(
    answers.flatMap(({ boxed }) => boxed.flatMap(({ corners }) => corners)),
    [],
  )
})

test('the worst answers come first, so many of each task, and are drawn with what should have come', async () => {
  const { answers } = await evaluate(kosmos, set, { tasks: ['detailPlain', 'captionPlain'], limit: 12 })
  const worst = worstAnswers(answers, 2)
  const tasks = worst.map(({ question }) => question.task)
  assert.deepEqual(tasks, ['captionPlain', 'captionPlain', 'detailPlain', 'detailPlain'])
  assert.ok(worst.every(({ isExact }) => isExact === false))
  const [one] = worst
  const svg = await drawAnswer(one!, { width: 240 })
  assert.match(svg, /The right answer is &#34;/)
  assert.throws(() => worstAnswers(answers, 0), /integer from 1 for most/)
})

test('what a set does not have, and options out of range, are refused', async () => {
  const refused = (options: object, message: RegExp): Promise<void> =>
    assert.rejects(evaluate(kosmos, set, options), message)
  await refused({ tasks: ['captions'] }, /some of caption, .* for tasks but received 'captions'/)
  const [first, ...others] = set.questions
  const mixed = { ...set, questions: [{ ...first!, measure: 'text' as const }, ...others] }
  await assert.rejects(evaluate(kosmos, mixed), /for the measure of the task caption but received 'things'/)
  await refused({ limit: 0 }, /integer from 1 for limit but received 0/)
  await refused({ keepMaps: 1 }, /true or false for keepMaps/)
  await refused({ task: 'caption' }, /Unknown option 'task' for evaluate/)
})
