// The warning for a prompt that asks for boxes without the tag that makes the model write them.
import { lacksGrounding } from './prompt.ts'

let warned = false

/**
 * Emits the process warning `KOSMOS2_NO_GROUNDING`, once in a process, if a prompt has a phrase that waits for its box
 * but no `<grounding>`. Captions and questions without boxes are no such prompts.
 */
export function warnWithoutGrounding(prompt: string): void {
  if (warned || !lacksGrounding(prompt)) return
  warned = true
  process.emitWarning(
    'The prompt has a <phrase> to be found in the picture but no <grounding>, so the model may write no box for it. ' +
      'Begin the prompt with <grounding>',
    { code: 'KOSMOS2_NO_GROUNDING' },
  )
}
