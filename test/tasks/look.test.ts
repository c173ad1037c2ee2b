// A picture that is looked at once: its answers are those of fresh ones, on both engines, whatever was asked before.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { Kosmos2 } from '../../src/tasks/kosmos2.ts'
import type { Answer } from '../../src/tasks/answer.ts'
import { float32 } from '../../src/tensor.ts'
import { converted } from '../model/converted.ts'

const picture = 'data/scenes/night.png'
const engines = {
  original: await Kosmos2.from_pretrained('models/kosmos2-tiny'),
  compiled: await Kosmos2.from_pretrained(await converted('models/kosmos2-tiny', 'fp32'), {
    performance: 'accurate',
  }),
}
after(() => Promise.all(Object.values(engines).map((kosmos) => kosmos.dispose())))
const plain = ({ text, entities, raw }: Answer) => ({ text, entities, raw })

for (const [engine, kosmos] of Object.entries(engines)) {
  test(`${engine}: every answer is the fresh one, after long ones, beams and an abort too`, async () => {
    const seen = await kosmos.look(picture)
    const box = { fractions: [0.1, 0.4, 0.4, 0.8] as const }
    const pairs = [
      [() => seen.caption({ detail: true }), () => kosmos.caption(picture, { detail: true })],
      [() => seen.caption({ num_beams: 3 }), () => kosmos.caption(picture, { num_beams: 3 })],
      [() => seen.ground('an owl'), () => kosmos.ground(picture, 'an owl')],
      [() => seen.locate('a heart'), () => kosmos.locate(picture, 'a heart')],
      [() => seen.describe(box), () => kosmos.describe(picture, box)],
      [() => seen.ask('What is on the left?'), () => kosmos.ask(picture, 'What is on the left?')],
    ] as const
    // Long enough that the picture is computed anew in between.
    for (let round = 0; round < 3; round++)
      for (const [ofKept, fresh] of pairs) assert.deepEqual(plain(await ofKept()), plain(await fresh()))
    const reason = new Error('enough')
    const stop = new AbortController()
    const streamer = {
      put: () => {
        stop.abort(reason)
      },
      end: () => undefined,
    }
    await assert.rejects(seen.caption({ streamer, signal: stop.signal }), reason)
    const together = await Promise.all([seen.caption(), seen.ask('What is on the left?')])
    assert.deepEqual(plain(together[0]), plain(await kosmos.caption(picture)))
    assert.deepEqual(plain(together[1]), plain(await kosmos.ask(picture, 'What is on the left?')))
    const [ranked, freshly] = [await seen.rankBoxes('an owl'), await kosmos.rankBoxes(picture, 'an owl')]
    assert.deepEqual(
      ranked.map(({ patches }) => patches),
      freshly.map(({ patches }) => patches),
    )
    await seen.dispose()
  })

  test(`${engine}: another picture's prompt, several prompts and none about a picture are refused`, async () => {
    const { processor, model } = kosmos
    const about = (text: string | string[], images: string | string[]) => processor.call({ text, images })
    const inputs = await about('An image of', picture)
    const kept = await model.keepPicture(inputs)
    const several = await about(['An image of', 'An image of'], [picture, picture])
    await assert.rejects(
      kept.generate({ ...several, pixel_values: undefined }),
      /one prompt that begins with/,
    )
    const other = await about('An image of', 'data/scenes/pair.png')
    await assert.rejects(
      kept.generate(other),
      /pixel_values of the kept picture, or none, but received those of another/,
    )
    const { latent_query_num, text_config } = model.config
    const size = [1, latent_query_num, text_config.embed_dim]
    const embeds = float32(new Float32Array(latent_query_num * text_config.embed_dim), size)
    await assert.rejects(
      kept.generate({ ...inputs, image_embeds: embeds }),
      /image_embeds of the kept picture/,
    )
    const text = { ...inputs, pixel_values: undefined, image_embeds_position_mask: undefined }
    await assert.rejects(model.keepPicture(text), /one prompt with its picture/)
    await assert.rejects(model.keepPicture(several), /one prompt with its picture/)
    await kept.dispose()
  })
}
