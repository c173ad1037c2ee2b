// A question.
import type { ImageInput } from '../image/image-input.ts'
import { question } from '../text/prompts.ts'
import { answer, type AnswerOptions, type Answers, type Asks } from './answer.ts'

export interface AskOptions extends AnswerOptions {
  /** Whether phrases of the answer are linked to boxes. @default false */
  readonly grounded?: boolean
}

/** A question about a picture, or about each of several. */
export function ask<Image extends ImageInput | readonly ImageInput[]>(
  asks: Asks,
  image: Image,
  text: string,
  options: AskOptions = {},
): Promise<Answers<Image>> {
  const { grounded = false, ...generation } = options
  return answer(asks, image, { text: question(text, { grounded }) }, generation)
}
