// Ends an answer behind the boxes of its first phrase: what a model would go on to write is about other things.
import type { GenerateOptions } from '../options.ts'
import type { Kosmos2Processor } from '../../text/processor.ts'

/** The options of `generate` for that. */
export function endOfBoxes({
  tokenizer,
}: Kosmos2Processor): Pick<GenerateOptions, 'eos_token_id' | 'pad_token_id'> {
  const { eos_token_id, pad_token_id } = tokenizer
  return { eos_token_id: [eos_token_id, tokenizer.convert_tokens_to_ids('</object>')], pad_token_id }
}
