// What every engine is measured at, batch 1: a picture, a prompt of 71 tokens as the processor makes it of
// "<grounding> An image of", and tokens one after the other, by the same code that `generate` uses.
import type { Engine } from '../../src/architecture/engine.ts'
import { resolveOptions } from '../../src/generate/options.ts'
import { readPrompt } from '../../src/generate/prompt.ts'
import { createStepper, type Stepper } from '../../src/generate/stepper.ts'
import { argmax } from '../../src/generate/top-k.ts'
import { Kosmos2ImageProcessor } from '../../src/image/image-processor.ts'
import { generateText } from '../../src/model/generate.ts'
import { float32, int64, type Tensor } from '../../src/tensor.ts'
import { timed } from './statistics.ts'

/** Tokens of the prompt: start, start of the picture, its 64 places, its end, and the text. */
export const PROMPT_TOKENS = 71
const FIRST_PLACE = 2
const PICTURE = new URL('../../test/goldens/processor-a/images/rgb1_640x480.png', import.meta.url).pathname
const PROCESSOR = new URL('../../test/goldens/model-a', import.meta.url).pathname

export interface Workload {
  /** Milliseconds from pixels to image embeddings. */
  picture(): Promise<{ readonly vision: number; readonly projection: number }>
  /** Begins a sequence: milliseconds from a prompt of so many tokens, PROMPT_TOKENS if left out, to its first token. */
  prefill(tokens?: number): Promise<number>
  /** Goes on with the sequence: milliseconds of each token, its choice included. */
  decode(count: number): Promise<number[]>
  /** Milliseconds from a picture's file to so many tokens, all that `generate` does included. */
  answer(count: number): Promise<number>
}

export function workload(engine: Engine): Workload {
  const { config } = engine
  const { num_channels, image_size } = config.vision_config
  const places = config.latent_query_num
  const promptOf = (tokens: number) => ({
    input_ids: int64(Array<number>(tokens).fill(5), [1, tokens]),
    image_embeds_position_mask: int64(
      Array.from({ length: tokens }, (_, i) => Number(i >= FIRST_PLACE && i < FIRST_PLACE + places)),
      [1, tokens],
    ),
  })
  const options = resolveOptions({ eos_token_id: null }, {})
  let embeds: Tensor | undefined
  let sequence: { readonly stepper: Stepper; readonly end: () => Promise<void>; token: number } | undefined

  return {
    async picture() {
      const pixels = float32(new Float32Array(num_channels * image_size ** 2), [
        1,
        num_channels,
        image_size,
        image_size,
      ])
      const vision = await timed(() => engine.vision(pixels))
      const projection = await timed(() => engine.projection(vision.result.image_features))
      embeds = projection.result.image_embeds
      return { vision: vision.ms, projection: projection.ms }
    },
    async prefill(tokens = PROMPT_TOKENS) {
      if (embeds === undefined) throw new Error('a picture comes first')
      await sequence?.end()
      const start = performance.now()
      const decoder = await engine.openDecoder()
      const prompt = readPrompt({ ...promptOf(tokens), image_embeds: embeds }, options)
      const stepper = createStepper(decoder, prompt, config.text_config.pad_token_id, undefined)
      const token = argmax((await stepper.prefill())[0]!)
      sequence = { stepper, token, end: () => decoder.dispose() }
      return performance.now() - start
    },
    async decode(count) {
      if (sequence === undefined) throw new Error('the prompt comes first')
      const times: number[] = []
      for (let i = 0; i < count; i++) {
        const start = performance.now()
        sequence.token = argmax((await sequence.stepper.step([sequence.token]))[0]!)
        times.push(performance.now() - start)
      }
      return times
    },
    async answer(count) {
      const processor = await Kosmos2ImageProcessor.from_pretrained(PROCESSOR)
      const { ms } = await timed(async () => {
        const { pixel_values } = await processor.call(PICTURE)
        const inputs = { ...promptOf(PROMPT_TOKENS), pixel_values }
        await generateText(engine, {}, { ...inputs, max_new_tokens: count, eos_token_id: null })
      })
      return ms
    },
  }
}
