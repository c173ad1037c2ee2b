// The warning for a prompt that asks for boxes without the tag that makes the model write them.
import { GROUNDING, PHRASE } from './tags.ts'
import { warnOnce } from './warn-once.ts'

/**
 * Emits the process warning `KOSMOS2_NO_GROUNDING`, once in a process, if a prompt asks the model to find a phrase in
 * the picture, but lacks the tag that makes it write boxes. A phrase without a box is such a question. A phrase with
 * its box is an answer, and captions and questions without phrases need no tag: for these there is no warning.
 */
export function warnWithoutGrounding(prompt: string): void {
  if (prompt.includes(GROUNDING)) return
  const asks = [...prompt.matchAll(PHRASE)].some(
    ({ 0: phrase, index }) => !/^\s*<object>/.test(prompt.slice(index + phrase.length)),
  )
  if (asks)
    warnOnce(
      'KOSMOS2_NO_GROUNDING',
      'The prompt has a <phrase> to be found in the picture but no <grounding>, without which the model may write no ' +
        'box for it; begin the prompt with <grounding>',
    )
}
