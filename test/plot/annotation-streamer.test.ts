import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { annotate } from '../../src/plot/annotate.ts'
import { annotationStreamer, type ReadsEntities } from '../../src/plot/annotation-streamer.ts'
import { Kosmos2Processor } from '../../src/text/processor.ts'
import { readTinyGolden } from '../tiny-golden.ts'
import { count } from './snapshot.ts'

const { file, asked } = readTinyGolden().scenes.find((scene) => scene.file === 'four.png')!
const { greedy, caption, entities } = asked[1]!
const scene = fileURLToPath(new URL(`../../data/scenes/${file}`, import.meta.url))
const processor = await Kosmos2Processor.from_pretrained(
  fileURLToPath(new URL('../../models/kosmos2-tiny', import.meta.url)),
)
/** Where the answer begins. */
const prompt = greedy.indexOf(processor.tokenizer.convert_tokens_to_ids('</image>')) + 1

test('each box is there when its last corner is, and the last picture is that of the whole answer', async (t) => {
  // A clock that always says that enough time has passed.
  let now = 0
  t.mock.method(performance, 'now', () => (now += 1000))
  const shown: string[] = []
  const streamer = await annotationStreamer(scene, processor, (svg) => shown.push(svg))
  await streamer.put(greedy.slice(0, prompt))
  for (const id of greedy.slice(prompt)) await streamer.put([id])
  await streamer.end()

  const closing = processor.tokenizer.convert_tokens_to_ids('</object>')
  assert.equal(shown.length, greedy.length - prompt + 2)
  for (const [index, svg] of shown.slice(0, -1).entries()) {
    const ids = greedy.slice(0, prompt + index)
    assert.equal(
      count(svg, 'class="box"'),
      ids.filter((id) => id === closing).length,
      `after ${ids.length} tokens`,
    )
  }
  assert.equal(shown.at(-1), await annotate(scene, entities, { caption }))
})

test('pictures that would come too fast are left out, the last never', async (t) => {
  t.mock.method(performance, 'now', () => 5)
  const shown: string[] = []
  const streamer = await annotationStreamer(scene, processor, (svg) => shown.push(svg), { width: 320 })
  for (const id of greedy) await streamer.put([id])
  await streamer.end()
  assert.equal(shown.length, 2)
  assert.equal(shown[1], await annotate(scene, entities, { caption, width: 320 }))
  // The next generation begins anew.
  await streamer.put([greedy[prompt]!])
  assert.equal(count(shown[2]!, 'class="box"'), 0)
})

test('what is no processor, no function or no option is refused before anything is generated', async () => {
  const show = (): void => undefined
  await assert.rejects(
    annotationStreamer(scene, {} as ReadsEntities, show),
    /Expected a processor with decode and post_process_generation for processor but received \{\}/,
  )
  await assert.rejects(
    annotationStreamer(scene, processor, 'show' as unknown as typeof show),
    /Expected a function \(svg\) => void for show but received 'show'/,
  )
  await assert.rejects(
    annotationStreamer(scene, processor, show, { caption: 'x' } as object),
    /Unknown option 'caption' for annotationStreamer; its options are width, theme, labels/,
  )
  await assert.rejects(annotationStreamer('no such picture', processor, show), { name: 'ImageError' })
})
