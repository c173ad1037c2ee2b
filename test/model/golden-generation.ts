// What transformers generated, as tests that any engine's models must pass token for token.
import { strict as assert } from 'node:assert'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { GenerateOptions } from '../../src/generate/options.ts'
import type { ConditionalGeneration } from '../../src/model/conditional-generation.ts'
import { float32, int64 } from '../../src/tensor.ts'
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

export const processor = await Kosmos2Processor.from_pretrained('models/kosmos2-tiny')
processor.tokenizer.padding_side = 'left'

const tensors = readGoldenTensors('test/goldens/model-a/golden.safetensors')
const { cases } = readJson('test/goldens/model-a/golden.json') as ModelAGolden
export const { scenes } = readTinyGolden()
const { calls } = readJson('test/goldens/generate/tiny.json') as TinyCalls

/** A case of the goldens as the processor would give it. */
export function modelAInputs(name: string) {
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

export function tinyInputs(file: string, prompts: string | readonly string[]) {
  const image = `data/scenes/${file}`
  return typeof prompts === 'string'
    ? processor.call({ text: prompts, images: image })
    : processor.call({ text: prompts, images: prompts.map(() => image), padding: true })
}

/**
 * Declares the tests.
 * @param title - of the engine
 * @param modelA - the small random model of the goldens
 * @param tiny - the embedded model
 */
export function testGoldenGeneration(
  title: string,
  modelA: ConditionalGeneration,
  tiny: ConditionalGeneration,
): void {
  for (const { name, greedy, beam3 } of cases) {
    test(`the ${title} model writes transformers' tokens: ${name}`, async () => {
      const inputs = modelAInputs(name)
      const byGreedy = await modelA.generate({ ...inputs, max_new_tokens: 24 })
      assert.deepEqual(rowsOf(byGreedy), greedy)
      const byBeams = await modelA.generate({ ...inputs, max_new_tokens: 16, num_beams: 3 })
      assert.deepEqual(rowsOf(byBeams), beam3)
    })
  }

  for (const { file, asked } of scenes) {
    test(`the ${title} embedded model writes transformers' tokens about ${file}, greedily and with beams`, async () => {
      for (const { prompt, input_ids, greedy, beam3 } of asked) {
        const inputs = await tinyInputs(file, prompt)
        assert.deepEqual(rowsOf(inputs.input_ids), [input_ids])
        assert.deepEqual(rowsOf(await tiny.generate(inputs)), [greedy], prompt)
        assert.deepEqual(rowsOf(await tiny.generate({ ...inputs, num_beams: 3 })), [beam3], prompt)
      }
    })
  }

  for (const { file, prompts, options, ...golden } of calls) {
    test(`${title}: generate answers as transformers: ${prompts.length} prompts about ${file}, ${JSON.stringify(options)}`, async () => {
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
}
