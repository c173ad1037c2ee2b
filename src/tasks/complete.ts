// Text alone.
import type { AnswerOptions, Asks } from './answer.ts'
import { limitOf } from './answer.ts'

/**
 * Continues a text, without any picture: `text_model.generate` of the reference.
 * @param text - the beginning
 * @returns the text and what follows
 */
export async function complete(
  { processor, model }: Asks,
  text: string,
  options: Omit<AnswerOptions, 'wellFormed'> = {},
): Promise<string> {
  const max_new_tokens = options.max_new_tokens ?? limitOf(model, options)
  const ids = await model.generate({
    ...(await processor.call({ text })),
    ...options,
    ...(max_new_tokens !== undefined && { max_new_tokens }),
    return_dict_in_generate: false,
  })
  return processor.batch_decode(ids, { skip_special_tokens: true })[0]!
}
