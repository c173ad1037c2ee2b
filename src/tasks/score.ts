// How likely given texts are: a choice among them without a word generated.
import { answerTokens } from '../generate/constraints/one-of.ts'
import type { ImageInput } from '../image/image-input.ts'
import type { ConditionalGeneration } from '../model/conditional-generation.ts'
import type { Kosmos2Processor } from '../text/processor.ts'

/** A text, and how likely the model holds it. */
export interface ScoredText {
  readonly text: string
  /** Natural logarithm of the likelihood that the model writes it next; longer texts have lower ones. */
  readonly logLikelihood: number
  /** The same as a mean over its tokens, which length does not lower. */
  readonly perToken: number
  /** Its share of the likelihood of all candidates together, 0 to 1. */
  readonly probability: number
}

/**
 * How likely texts are as what follows a prompt about a picture.
 * @param candidates - as they would be written after the prompt
 * @returns the candidates, the likeliest first
 * @throws {TypeError | RangeError} without candidates, or for one that is no text or empty
 */
export async function score(
  { processor, model }: { readonly processor: Kosmos2Processor; readonly model: ConditionalGeneration },
  image: ImageInput,
  prompt: string,
  candidates: readonly string[],
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ScoredText[]> {
  const continuations = answerTokens(processor.tokenizer, candidates)
  const inputs = await processor.call({
    text: prompt,
    images: image,
    num_image_tokens: model.config.latent_query_num,
    ...(options.signal && { signal: options.signal }),
  })
  const likelihoods = await model.score(inputs, continuations, options)
  const sums = likelihoods.map((own) => own.reduce((sum, value) => sum + value, 0))
  const highest = Math.max(...sums)
  const total = sums.reduce((sum, value) => sum + Math.exp(value - highest), 0)
  return candidates
    .map((text, index) => ({
      text,
      logLikelihood: sums[index]!,
      perToken: sums[index]! / likelihoods[index]!.length,
      probability: Math.exp(sums[index]! - highest) / total,
    }))
    .sort((a, b) => b.logLikelihood - a.logLikelihood)
}
