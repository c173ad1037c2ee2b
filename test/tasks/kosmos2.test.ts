import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Kosmos2 } from '../../src/tasks/kosmos2.ts'
import type { Answer } from '../../src/tasks/answer.ts'
import { readTinyGolden } from '../tiny-golden.ts'
import { converted } from '../model/converted.ts'

const kosmos = await Kosmos2.from_pretrained('models/kosmos2-tiny')
after(() => kosmos.dispose())

const picture = 'data/scenes/three.png'
const { asked } = readTinyGolden().scenes.find(({ file }) => picture.endsWith(file))!
const plain = ({ text, entities, raw }: Answer) => ({ text, entities, raw })
const answerTo = (prompt: string) => {
  const { caption, entities, raw } = asked.find((one) => one.prompt.trim() === prompt)!
  return { text: caption, entities, raw: raw.trim() }
}

test('every task gives the answer that the reference gives to its prompt', async () => {
  const answers = [
    [await kosmos.caption(picture), '<grounding> An image of'],
    [await kosmos.caption(picture, { detail: true }), '<grounding> Describe this image in detail:'],
    [await kosmos.caption(picture, { grounded: false }), 'An image of'],
    [await kosmos.ground(picture, 'a balloon'), '<grounding><phrase> a balloon</phrase>'],
    [
      await kosmos.describe(picture, { patches: [771, 1000] }),
      '<grounding><phrase> It</phrase><object><patch_index_0771><patch_index_1000></object> is',
    ],
    [
      await kosmos.ask(picture, 'What is on the left?', { grounded: true }),
      '<grounding> Question: What is on the left? Answer:',
    ],
  ] as const
  for (const [{ text, entities, raw }, prompt] of answers)
    assert.deepEqual({ text, entities, raw: raw.trim() }, answerTo(prompt), prompt)
})

test('text alone is continued as by the text model of the reference, on both engines', async () => {
  const compiled = await Kosmos2.from_pretrained(await converted('models/kosmos2-tiny', 'fp32'), {
    performance: 'accurate',
  })
  after(() => compiled.dispose())
  for (const { prompt, input_ids, greedy } of readTinyGolden().texts)
    for (const own of [kosmos, compiled]) {
      const inputs = await own.processor.call({ text: prompt })
      assert.deepEqual(Array.from(inputs.input_ids.data as BigInt64Array, Number), input_ids)
      const ids = await own.model.generate({ ...inputs, max_new_tokens: 24 })
      assert.deepEqual(Array.from(ids.data as BigInt64Array, Number), greedy)
      const { text } = await own.complete(prompt, { max_new_tokens: 24 })
      assert.equal(text, own.processor.tokenizer.decode(greedy, { skip_special_tokens: true }))
    }
})

test('a box in pixels of the picture is the same box', async () => {
  const fractions = [0.109375, 0.765625, 0.265625, 0.984375] as const // of patches 771 and 1000
  const pixels = fractions.map((fraction) => fraction * 480) as [number, number, number, number]
  const [byPatches, byPixels] = [
    await kosmos.describe(picture, { patches: [771, 1000] }),
    await kosmos.describe(picture, { pixels }),
  ]
  assert.deepEqual(byPixels, byPatches)
})

test('a prompt and continuation longer than the model takes are refused before the picture is computed', async () => {
  await assert.rejects(
    kosmos.caption(picture, { max_new_tokens: 3000 }),
    /at most 2048 tokens .* received 3\d\d\d/,
  )
})

test('a generation that is aborted rejects with the reason, and the next one answers as ever', async () => {
  const reason = new Error('enough')
  const controller = new AbortController()
  const streamer = {
    put: () => {
      controller.abort(reason)
    },
    end: () => undefined,
  }
  await assert.rejects(kosmos.caption(picture, { streamer, signal: controller.signal }), reason)
  assert.equal((await kosmos.caption(picture)).text, answerTo('<grounding> An image of').text)
})

test('an unknown option is refused by name', async () => {
  const options = { max_tokens: 5 } as object
  await assert.rejects(kosmos.caption(picture, options), /Unknown option 'max_tokens'/)
})

test('an IR folder is opened as the compiled model and gives the same answers', async (t) => {
  const folder = await converted('models/kosmos2-tiny', 'fp32')
  const loaded: number[] = []
  const compiled = await Kosmos2.from_pretrained(folder, {
    performance: 'accurate',
    cacheFolder: null,
    onProgress: (progress) => loaded.push(progress.loaded / progress.total),
  })
  t.after(() => compiled.dispose())
  const [theirs, ours] = [await compiled.caption(picture), await kosmos.caption(picture)]
  assert.deepEqual(plain(theirs), plain(ours))
  assert.ok(Math.abs(theirs.confidence - ours.confidence) < 1e-4)
  for (const [i, { confidence }] of ours.boxes.entries())
    assert.ok(Math.abs(confidence![0] - theirs.boxes[i]!.confidence![0]) < 1e-4)
  assert.equal(loaded[0], 0)
  assert.equal(loaded.at(-1), 1)
})

test('an option of the other kind of folder is refused by name', async () => {
  await assert.rejects(
    Kosmos2.from_pretrained('models/kosmos2-tiny', { device: 'CPU' }),
    /Unknown option 'device' for a checkpoint; its options are revision.*, threads/,
  )
  const folder = await converted('models/kosmos2-tiny', 'int8')
  await assert.rejects(
    Kosmos2.from_pretrained(folder, { local_files_only: true }),
    /Unknown option 'local_files_only' for an IR/,
  )
})

test('an option that is undefined is one that is left out, also where the checkpoint sets no limit', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kosmos2-without-limit-'))
  cpSync('models/kosmos2-tiny', folder, { recursive: true })
  rmSync(join(folder, 'generation_config.json'))
  const unlimited = await Kosmos2.from_pretrained(folder)
  t.after(async () => {
    await unlimited.dispose()
    rmSync(folder, { recursive: true })
  })
  const options = { detail: true, max_new_tokens: undefined }
  assert.deepEqual(await unlimited.caption(picture, options), await kosmos.caption(picture, { detail: true }))
})
