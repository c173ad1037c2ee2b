// From prompts about pictures to answers: what all tasks share.
import { invalidRange, invalidType } from '../errors.ts'
import { type AnswerBox, answerBoxes } from '../generate/boxes/answer-boxes.ts'
import { locateEntities } from '../generate/boxes/located-entities.ts'
import { groundingGrammar } from '../generate/constraints/grounding-grammar.ts'
import type { GenerateOutput } from '../generate/generate.ts'
import type { GenerateOptions } from '../generate/options.ts'
import { tokenLikelihoods } from '../generate/token-likelihoods.ts'
import type { ImageInput } from '../image/image-input.ts'
import { loadRgb } from '../image/load-image.ts'
import type { ConditionalGeneration } from '../model/conditional-generation.ts'
import { stackRows } from '../tensor.ts'
import type { ImageSize, PhraseBoxes } from '../text/boxes.ts'
import type { Entity } from '../text/post-process.ts'
import type { Kosmos2Processor } from '../text/processor.ts'
import type { Kosmos2Inputs } from '../text/processor-options.ts'
import { refineAnswers } from './refine-answers.ts'

/** Processor and model: what a task needs of `Kosmos2`. */
export interface Asks {
  readonly processor: Kosmos2Processor
  readonly model: Pick<
    ConditionalGeneration,
    'config' | 'generation_config' | 'generate' | 'refinesBoxes' | 'refineBoxes'
  >
}

/** An answer about a picture. */
export interface Answer {
  /** What was asked and answered, without tags. */
  readonly text: string
  /**
   * How likely the model held each token that it wrote, on average (geometric mean), 0 to 1; of tokens that were ruled
   * out, as by `wellFormed`, the others have their share.
   */
  readonly confidence: number
  /** The phrases of `text` that have boxes: name, span in code points, boxes as fractions of width and height. */
  readonly entities: Entity[]
  /** Each of these boxes in fractions, pixels and cells, with how sure the model was of it. */
  readonly boxes: readonly AnswerBox[]
  /** What the model wrote, tags included. */
  readonly raw: string
}

/** How an answer is generated. @default max_new_tokens: 128, unless the checkpoint says otherwise */
export type AnswerOptions = Omit<
  GenerateOptions,
  'return_dict_in_generate' | 'output_scores' | 'num_return_sequences'
> & {
  /**
   * Whether only what is well formed may be written (`groundingGrammar`). What the model writes anyway by greedy search it
   * writes unchanged, as long as that is so. @default false
   */
  readonly wellFormed?: boolean | undefined
}

/** A prompt, with a box for each of its phrases. */
export interface Prompt {
  readonly text: string
  readonly bboxes?: readonly PhraseBoxes[]
  /** How many boxes each answered phrase has; makes the answer well formed. */
  readonly boxes?: number | undefined
}

/** One picture and one answer, or several of both, in the same order. */
export type Answers<Image> = Image extends readonly ImageInput[] ? Answer[] : Answer

const MAX_NEW_TOKENS = 128

/** Pictures that go through the model together: more take memory and save little time. */
const TOGETHER = 4

/**
 * Answers the same prompt about one picture or about several. Of several, those whose prompts are equally long go through
 * the model together, so that none needs padding and each answer is what its picture gets alone, unless tokens are drawn:
 * the draws of a row are its own.
 * @throws {ImageError} for what is no picture, before anything runs
 */
export async function answer<Image extends ImageInput | readonly ImageInput[]>(
  asks: Asks,
  image: Image,
  prompt: Prompt | readonly Prompt[],
  options: AnswerOptions,
): Promise<Answers<Image>> {
  if (!isSeveral(image)) {
    const [only] = await answerAll(asks, [image], [prompt].flat(), options)
    return only as Answers<Image>
  }
  if (image.length === 0) throw invalidRange('image', 'at least one picture', image)
  const prompts = 'text' in prompt ? image.map(() => prompt) : prompt
  if (prompts.length !== image.length)
    throw invalidRange('the list', `as many entries as there are pictures, ${image.length},`, prompts.length)
  return (await answerAll(asks, image, prompts, options)) as Answers<Image>
}

/** Whether pictures come as a list. */
export const isSeveral = (image: ImageInput | readonly ImageInput[]): image is readonly ImageInput[] =>
  Array.isArray(image)

interface Question {
  readonly index: number
  readonly inputs: Kosmos2Inputs
  readonly size: ImageSize
  readonly boxes: number | undefined
}

async function answerAll(
  asks: Asks,
  images: readonly ImageInput[],
  prompts: readonly Prompt[],
  { wellFormed, ...options }: AnswerOptions,
): Promise<Answer[]> {
  if (wellFormed !== undefined && typeof wellFormed !== 'boolean')
    throw invalidType('wellFormed', 'true or false', wellFormed)
  const { signal } = options
  const groups = new Map<string, Question[]>()
  for (const [index, image] of images.entries()) {
    // Read one after the other: of each stays what the model takes, and not its pixels.
    const pixels = await loadRgb(image, { signal })
    const { text, bboxes, boxes } = prompts[index]!
    const inputs = await asks.processor.call({
      text,
      images: pixels,
      num_image_tokens: asks.model.config.latent_query_num,
      ...(bboxes && { bboxes }),
      ...(signal && { signal }),
    })
    const size = { width: pixels.width, height: pixels.height }
    const key = `${inputs.input_ids.dims[1]} ${boxes}`
    groups.set(key, [...(groups.get(key) ?? []), { index, inputs, size, boxes }])
  }
  const answers: Answer[] = []
  for (const group of groups.values())
    for (let start = 0; start < group.length; start += TOGETHER) {
      const part = group.slice(start, start + TOGETHER)
      for (const [row, found] of (await answerTogether(asks, part, wellFormed === true, options)).entries())
        answers[part[row]!.index] = found
    }
  return answers
}

async function answerTogether(
  asks: Asks,
  questions: readonly Question[],
  wellFormed: boolean,
  options: GenerateOptions,
): Promise<Answer[]> {
  const { processor, model } = asks
  const inputs = together(questions.map((question) => question.inputs))
  const limit = limitOf(model, options, inputs.input_ids.dims[1]!)
  const { boxes } = questions[0]!
  const grammar =
    wellFormed || boxes !== undefined
      ? [groundingGrammar(processor, inputs, { boxes, max_new_tokens: limit.max_new_tokens })]
      : []
  const output = await model.generate({
    ...inputs,
    ...options,
    ...limit,
    ...ONE_ANSWER,
    logits_processor: [...(options.logits_processor ?? []), ...grammar],
  })
  const located = questions.map((_, row) => locateEntities(processor, output, row))
  const boxesOfRows = await refineAnswers(
    model,
    inputs.pixel_values,
    located.map((found, row) => answerBoxes(found, questions[row]!.size)),
    { signal: options.signal },
  )
  return located.map((found, row) => ({
    text: found.caption,
    confidence: confidenceOf(asks, output, row, options),
    entities: [...found.entities],
    boxes: boxesOfRows[row]!,
    raw: processor.post_process_generation(found.decoded, { cleanup_and_extract: false }),
  }))
}

/** An answer for each prompt, whatever a checkpoint's settings say, with what tells how sure the model was. */
export const ONE_ANSWER = {
  num_return_sequences: 1,
  return_dict_in_generate: true,
  output_scores: true,
} as const

/**
 * How many tokens an answer may have: by the options, else by the checkpoint, else 128.
 * @returns for `generate`, in place of the options' own; nothing where both limits came or the prompt has the whole of
 * `max_length` already, as `generate` is to say so
 */
export function limitOf(
  { generation_config }: Asks['model'],
  options: GenerateOptions,
  promptLength: number,
): { readonly max_new_tokens?: number; readonly max_length?: undefined } {
  const isLimited = options.max_new_tokens !== undefined || options.max_length !== undefined
  const { max_new_tokens, max_length } = isLimited ? options : generation_config
  if (max_length === undefined) return { max_new_tokens: max_new_tokens ?? MAX_NEW_TOKENS }
  if (max_new_tokens !== undefined || max_length <= promptLength) return {}
  return { max_new_tokens: max_length - promptLength, max_length: undefined }
}

/** How sure the model was of an answer: the likelihood of its tokens, as their geometric mean. */
export function confidenceOf(
  { processor, model }: Asks,
  output: GenerateOutput,
  row: number,
  { eos_token_id = model.generation_config.eos_token_id }: GenerateOptions = {},
): number {
  const ends = [eos_token_id ?? processor.tokenizer.eos_token_id].flat()
  const likelihoods = tokenLikelihoods(output, row, ends)
  return Math.exp(likelihoods.reduce((sum, value) => sum + value, 0) / likelihoods.length)
}

/** Inputs of one row each as one batch. */
function together(rows: readonly Kosmos2Inputs[]): Kosmos2Inputs {
  if (rows.length === 1) return rows[0]!
  const [first] = rows
  return Object.fromEntries(
    Object.keys(first!).map((name) => [
      name,
      stackRows(rows.map((row) => row[name as keyof Kosmos2Inputs]!)),
    ]),
  ) as unknown as Kosmos2Inputs
}
