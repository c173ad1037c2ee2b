import { strict as assert } from 'node:assert'
import { after, test } from 'node:test'
import { TextStreamer } from '../../src/generate/text-streamer.ts'
import { Kosmos2ForConditionalGeneration } from '../../src/model/kosmos2-for-conditional-generation.ts'
import type { Tensor } from '../../src/tensor.ts'
import { rowsOf } from '../generate/table.ts'
import { processor, scenes, testGoldenGeneration, tinyInputs } from './golden-generation.ts'

const modelA = await Kosmos2ForConditionalGeneration.from_pretrained('test/goldens/model-a')
const tiny = await Kosmos2ForConditionalGeneration.from_pretrained('models/kosmos2-tiny')
after(() => Promise.all([modelA.dispose(), tiny.dispose()]))

testGoldenGeneration('original', modelA, tiny)

test('image_embeds take the place of pixel_values, and without either the text model goes on alone', async () => {
  const { prompt, greedy } = scenes[0]!.asked[0]!
  const inputs = await tinyInputs(scenes[0]!.file, prompt)
  const { image_embeds } = await tiny.forward(inputs)
  const { pixel_values, ...withoutPixels } = inputs
  assert.ok(pixel_values)
  assert.deepEqual(rowsOf(await tiny.generate({ ...withoutPixels, image_embeds })), [greedy])
  const { input_ids } = inputs
  const blind = rowsOf(await tiny.generate({ input_ids, min_new_tokens: 5, max_new_tokens: 5 }))[0]!
  assert.equal(blind.length, input_ids.dims[1]! + 5)
})

test('streamed text is the text of the result, and an abort leaves what came before it', async () => {
  const { prompt } = scenes[0]!.asked[1]!
  const inputs = await tinyInputs(scenes[0]!.file, prompt)
  const generate = async (signal?: AbortSignal, onText: (text: string) => void = () => undefined) => {
    let text = ''
    const streamer = new TextStreamer(processor, {
      skip_special_tokens: true,
      callback_function: (piece) => {
        text += piece
        onText(text)
      },
    })
    const ids = await tiny.generate({ ...inputs, streamer, signal }).catch((error: unknown) => error)
    return { ids, text }
  }
  const whole = await generate()
  assert.equal(whole.text, processor.decode(rowsOf(whole.ids as Tensor)[0]!, { skip_special_tokens: true }))
  const abort = new AbortController()
  const cut = await generate(abort.signal, (text) => {
    if (text.length > 30) abort.abort('enough')
  })
  assert.equal(cut.ids, 'enough')
  assert.ok(cut.text.length > 30 && cut.text.length < whole.text.length)
  assert.ok(whole.text.startsWith(cut.text))
})
