// How likely given texts are as continuations of one prompt.
import { type GenerateInputs, type GenerationModelConfig, type Prompt, readPrompt } from './prompt.ts'
import { resolveOptions } from './options.ts'
import { logLikelihood } from './softmax.ts'
import { createStepper, type GenerationDecoder } from './stepper.ts'

/** Continuations that go through the model together: each has a copy of the prompt's keys and values. */
const TOGETHER = 32

/**
 * The log-likelihood of each token of each continuation, given the prompt and the tokens before it. The prompt runs once
 * for 32 continuations, which then go through the model together.
 * @param openDecoder - opens a decoder with an empty cache; it is disposed of in any case
 * @param inputs - of one prompt
 * @param continuations - token ids, at least one each
 * @returns natural logarithms, as many as each continuation has tokens
 */
export async function scoreContinuations(
  openDecoder: () => Promise<GenerationDecoder>,
  inputs: GenerateInputs,
  continuations: readonly (readonly number[])[],
  config: GenerationModelConfig,
  signal?: AbortSignal,
): Promise<number[][]> {
  const prompt = readPrompt(inputs, resolveOptions({ pad_token_id: config.pad_token_id, eos_token_id: null }))
  const likelihoods: number[][] = []
  for (let start = 0; start < continuations.length; start += TOGETHER) {
    const part = continuations.slice(start, start + TOGETHER)
    likelihoods.push(...(await scoreTogether(openDecoder, prompt, part, config.pad_token_id, signal)))
  }
  return likelihoods
}

async function scoreTogether(
  openDecoder: () => Promise<GenerationDecoder>,
  prompt: Prompt,
  continuations: readonly (readonly number[])[],
  padding: number,
  signal: AbortSignal | undefined,
): Promise<number[][]> {
  const likelihoods = continuations.map((): number[] => [])
  const longest = Math.max(...continuations.map((ids) => ids.length))
  const decoder = await openDecoder()
  try {
    const stepper = createStepper(decoder, prompt, padding, signal)
    let logits = await stepper.prefill()
    for (let place = 0; place < longest; place++) {
      for (const [row, ids] of continuations.entries()) {
        const id = ids[place]
        if (id === undefined) continue
        // The prompt has one row for all.
        likelihoods[row]!.push(logLikelihood(logits[place === 0 ? 0 : row]!, id))
      }
      if (place === longest - 1) break
      // What stands behind the end of a shorter one is not looked at.
      const tokens = continuations.map((ids) => ids[place] ?? padding)
      logits = await stepper.step(tokens, place === 0 ? continuations.map(() => 0) : undefined)
    }
  } finally {
    await decoder.dispose()
  }
  return likelihoods
}
