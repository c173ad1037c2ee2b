import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { after, test } from 'node:test'
import type { GenerateOptions } from '../../src/generate/options.ts'
import { TextStreamer } from '../../src/generate/text-streamer.ts'
import { Kosmos2ForConditionalGeneration } from '../../src/model/kosmos2-for-conditional-generation.ts'
import { float32, int64, type Tensor } from '../../src/tensor.ts'
import { Kosmos2Processor } from '../../src/text/processor.ts'
import { close, rowsOf, valuesOf } from '../generate/table.ts'
import { readGoldenTensors } from '../goldens.ts'
import { readTinyGolden } from '../tiny-golden.ts'

interface ModelAGolden {
  readonly cases: readonly {
    readonly name: string
    readonly greedy: number[][]
    readonly beam3: number[][]
  }[]
}
interface TinyCalls {
  readonly calls: readonly {
    readonly file: string
    readonly prompts: string[]
    readonly options: GenerateOptions
    readonly sequences: number[][]
    readonly steps: number
    /** Of the first row of the first steps: the ids of the three best scores, and these scores, null for minus infinity. */
    readonly likeliest: readonly [ids: number[], scores: (number | null)[]][]
    readonly sequences_scores?: number[]
  }[]
}
function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}

const modelA = await Kosmos2ForConditionalGeneration.from_pretrained('test/goldens/model-a')
const tiny = await Kosmos2ForConditionalGeneration.from_pretrained('models/kosmos2-tiny')
const processor = await Kosmos2Processor.from_pretrained('models/kosmos2-tiny')
processor.tokenizer.padding_side = 'left'
after(() => Promise.all([modelA.dispose(), tiny.dispose()]))

const tensors = readGoldenTensors('test/goldens/model-a/golden.safetensors')
const { cases } = readJson('test/goldens/model-a/golden.json') as ModelAGolden
const { scenes } = readTinyGolden()
const { calls } = readJson('test/goldens/generate/tiny.json') as TinyCalls

function modelAInputs(name: string) {
  const int64Golden = (part: string) => {
    const golden = tensors.get(`${name}.${part}`)
    assert.ok(golden?.type === 'int64')
    return int64(golden.data, golden.dims)
  }
  const pixels = tensors.get(`${name}.pixel_values`)
  assert.ok(pixels?.type === 'float32')
  return {
    input_ids: int64Golden('input_ids'),
    attention_mask: int64Golden('attention_mask'),
    image_embeds_position_mask: int64Golden('image_embeds_position_mask'),
    pixel_values: float32(pixels.data, pixels.dims),
  }
}

function tinyInputs(file: string, prompts: string | readonly string[]) {
  const image = `data/scenes/${file}`
  return typeof prompts === 'string'
    ? processor.call({ text: prompts, images: image })
    : processor.call({ text: prompts, images: prompts.map(() => image), padding: true })
}

for (const { name, greedy, beam3 } of cases) {
  test(`the original model writes transformers' tokens: ${name}`, async () => {
    const inputs = modelAInputs(name)
    const byGreedy = await modelA.generate({ ...inputs, max_new_tokens: 24 })
    assert.deepEqual(rowsOf(byGreedy), greedy)
    const byBeams = await modelA.generate({ ...inputs, max_new_tokens: 16, num_beams: 3 })
    assert.deepEqual(rowsOf(byBeams), beam3)
  })
}

for (const { file, asked } of scenes) {
  test(`the embedded model writes transformers' tokens about ${file}, greedily and with beams`, async () => {
    for (const { prompt, input_ids, greedy, beam3 } of asked) {
      const inputs = await tinyInputs(file, prompt)
      assert.deepEqual(rowsOf(inputs.input_ids), [input_ids])
      assert.deepEqual(rowsOf(await tiny.generate(inputs)), [greedy], prompt)
      assert.deepEqual(rowsOf(await tiny.generate({ ...inputs, num_beams: 3 })), [beam3], prompt)
    }
  })
}

for (const { file, prompts, options, ...golden } of calls) {
  test(`generate answers as transformers: ${prompts.length} prompts about ${file}, ${JSON.stringify(options)}`, async () => {
    const inputs = await tinyInputs(file, prompts.length === 1 ? prompts[0]! : prompts)
    // The reference passes generation_config.json over, so that without a limit it stops at 20 new tokens.
    const limit = options.max_new_tokens === undefined ? { max_new_tokens: 20 } : {}
    const out = await tiny.generate({
      ...inputs,
      ...limit,
      ...options,
      return_dict_in_generate: true,
      output_scores: true,
    })
    assert.deepEqual(rowsOf(out.sequences), golden.sequences)
    assert.equal(out.scores!.length, golden.steps)
    golden.likeliest.forEach(([ids, scores], step) => {
      const row = valuesOf(out.scores![step])
      close(
        ids.map((id) => row[id]!),
        scores,
        1e-4,
      )
    })
    if (golden.sequences_scores) close(valuesOf(out.sequences_scores), golden.sequences_scores, 1e-4)
  })
}

test('image_embeds take the place of pixel_values, and without either the text model goes on alone', async () => {
  const { prompt, greedy } = scenes[0]!.asked[0]!
  const inputs = await tinyInputs(scenes[0]!.file, prompt)
  const { image_embeds } = await tiny.forward(inputs)
  const { pixel_values, ...withoutPixels } = inputs
  assert.ok(pixel_values)
  assert.deepEqual(rowsOf(await tiny.generate({ ...withoutPixels, image_embeds })), [greedy])
  const { input_ids } = inputs
  const blind = rowsOf(await tiny.generate({ input_ids, max_new_tokens: 5 }))[0]!
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
