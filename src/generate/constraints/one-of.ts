// An answer out of a list.
import { invalidRange, invalidType, rejectUnknownOptions } from '../../errors.ts'
import type { Tensor } from '../../tensor.ts'
import type { Kosmos2Tokenizer } from '../../text/tokenizer.ts'
import { manyRows } from '../../text/token-ids.ts'
import type { LogitsProcessor } from '../logits-processors.ts'
import { keepTokens } from './keep-tokens.ts'

/** What may follow a beginning that answers share. */
interface Branch {
  readonly branches: Map<number, Branch>
  isAnswer: boolean
}

/**
 * A processor for `generate`'s `logits_processor` that leaves the given answers only: each is followed by the end of the
 * text. With greedy search the likeliest next token that leads to one of them is taken; with as many beams as answers the
 * likeliest answer.
 *
 *     const answer = oneOf(processor.tokenizer, inputs, ['yes', 'no'], { max_new_tokens: 8 })
 *     await model.generate({ ...inputs, max_new_tokens: 8, logits_processor: [answer] })
 *
 * @param inputs - of the generation: the answer begins behind its `input_ids`
 * @param answers - texts, as they would be written after the prompt
 * @param options - `max_new_tokens`: the limit of the generation, which every answer has to fit; not checked if left out
 * @throws {RangeError} without answers, or for one that is empty or longer than the limit
 */
export function oneOf(
  tokenizer: Kosmos2Tokenizer,
  inputs: { readonly input_ids: Tensor },
  answers: readonly string[],
  options: { readonly max_new_tokens?: number | undefined } = {},
): LogitsProcessor {
  rejectUnknownOptions('oneOf', options, ['max_new_tokens'])
  const { max_new_tokens = Infinity } = options
  const start = manyRows('inputs.input_ids', inputs.input_ids)[0]!.length
  const root: Branch = { branches: new Map(), isAnswer: false }
  for (const [index, ids] of answerTokens(tokenizer, answers).entries()) {
    if (ids.length > max_new_tokens)
      throw invalidRange(
        'max_new_tokens',
        `at least ${ids.length}, the tokens of answers[${index}],`,
        max_new_tokens,
      )
    let branch = root
    for (const id of ids) {
      let longer = branch.branches.get(id)
      if (longer === undefined) branch.branches.set(id, (longer = { branches: new Map(), isAnswer: false }))
      branch = longer
    }
    branch.isAnswer = true
  }
  const end = tokenizer.eos_token_id
  return (input_ids, scores) => {
    let branch: Branch | undefined = root
    for (let i = start; i < input_ids.length; i++) branch = branch?.branches.get(input_ids[i]!)
    // Behind its end a row may say what it wants: nobody reads it.
    const after = branch ?? { branches: new Map<number, Branch>(), isAnswer: true }
    keepTokens(scores, [...after.branches.keys(), ...(after.isAnswer ? [end] : [])])
  }
}

/** The tokens of answers. @throws {TypeError | RangeError} for no answers, and for one that is no text or empty */
export function answerTokens(tokenizer: Kosmos2Tokenizer, answers: readonly string[]): number[][] {
  if (!Array.isArray(answers)) throw invalidType('answers', 'an array of texts', answers)
  if (answers.length === 0) throw invalidRange('answers', 'at least one text', answers)
  return answers.map((answer: unknown, index) => {
    if (typeof answer !== 'string') throw invalidType(`answers[${index}]`, 'a text', answer)
    const { input_ids } = tokenizer.call(answer, { return_tensors: null, add_special_tokens: false })
    if (input_ids.length === 0) throw invalidRange(`answers[${index}]`, 'a text that is not empty', answer)
    return input_ids
  })
}
