// Text alone.
import type { AnswerOptions, Asks } from './answer.ts'
import { confidenceOf, limitOf, ONE_ANSWER } from './answer.ts'

/** A text that was continued. */
export interface Completion {
  /** What was given, and what follows. */
  readonly text: string
  /** How likely the model held each token that it wrote, on average (geometric mean), 0 to 1. */
  readonly confidence: number
}

/**
 * Continues a text, without any picture: `text_model.generate` of the reference.
 * @param text - the beginning
 */
export async function complete(
  asks: Asks,
  text: string,
  options: Omit<AnswerOptions, 'wellFormed'> = {},
): Promise<Completion> {
  const { processor, model } = asks
  const inputs = await processor.call({ text })
  const output = await model.generate({
    ...inputs,
    ...options,
    ...limitOf(model, options, inputs.input_ids.dims[1]!),
    ...ONE_ANSWER,
  })
  const [whole] = processor.batch_decode(output.sequences, { skip_special_tokens: true })
  return { text: whole!, confidence: confidenceOf(asks, output, 0, options) }
}
