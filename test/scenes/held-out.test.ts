// The held-out sets in data/scenes: what is committed comes out of the seeds again.
import assert from 'node:assert/strict'
import { readFile, readdir } from 'node:fs/promises'
import { test } from 'node:test'
import sharp from 'sharp'
import { drawScene } from '../../scripts/scenes/draw.ts'
import { createHeldOut, fileName, type HeldOutQuestion } from '../../scripts/scenes/held-out.ts'
import { SCENES_FOLDER, SETS } from '../../scripts/scenes/make-held-out.ts'
import { readSprites } from '../../scripts/scenes/sprites.ts'
import { QUESTION_KINDS, TASKS } from '../../scripts/scenes/texts/segment.ts'

for (const { folder, seeds, styles, description } of SETS)
  test(`data/scenes/${folder} is what its seeds give: annotations, questions, and pictures`, async () => {
    const read = async (name: string): Promise<unknown> =>
      JSON.parse(await readFile(new URL(`${folder}/${name}`, SCENES_FOLDER), 'utf8'))
    const sprites = await readSprites(styles)
    const { scenes, annotations, questions } = createHeldOut(seeds, sprites, description)
    assert.deepEqual(await read('annotations.json'), annotations)
    assert.deepEqual(
      ((await read('questions.json')) as { questions: HeldOutQuestion[] }).questions,
      questions,
    )
    const files = await readdir(new URL(folder, SCENES_FOLDER))
    assert.deepEqual(files.sort(), [
      ...scenes.map(({ seed }) => fileName(seed)),
      'annotations.json',
      'questions.json',
    ])
    for (const scene of scenes.filter((_, i) => i % 10 === 3)) {
      const file = await readFile(new URL(`${folder}/${fileName(scene.seed)}`, SCENES_FOLDER))
      const pixels = await sharp(file).raw().toBuffer()
      const drawn = drawScene(scene, sprites)
      assert.equal(pixels.length, drawn.length)
      // Another machine's sines may differ in the last digit, and a pixel on an edge then by a step or two.
      const far = drawn.filter((value, i) => Math.abs(value - pixels[i]!) > 2).length
      assert.ok(
        far <= drawn.length / 10_000,
        `${far} of ${drawn.length} values of scene ${scene.seed} differ`,
      )
    }
  })

test('the held-out questions cover every task and every kind, absent things among them', async () => {
  const { questions } = JSON.parse(
    await readFile(new URL('held-out/questions.json', SCENES_FOLDER), 'utf8'),
  ) as { questions: HeldOutQuestion[] }
  for (const task of TASKS) assert.ok(questions.filter((entry) => entry.task === task).length >= 50, task)
  for (const kind of QUESTION_KINDS)
    assert.ok(questions.filter((entry) => entry.kind === kind).length >= 50, kind)
})
