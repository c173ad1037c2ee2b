// A caption, or a description of several sentences.
import type { ImageInput } from '../image/image-input.ts'
import { briefCaption, detailedCaption } from '../text/prompts.ts'
import { answer, type AnswerOptions, type Answers, type Asks } from './answer.ts'

export interface CaptionOptions extends AnswerOptions {
  /** Several sentences in place of one. @default false */
  readonly detail?: boolean
  /** Whether phrases are linked to boxes. @default true */
  readonly grounded?: boolean
}

/** What is in a picture, or in each of several. */
export function caption<Image extends ImageInput | readonly ImageInput[]>(
  asks: Asks,
  image: Image,
  options: CaptionOptions = {},
): Promise<Answers<Image>> {
  const { detail = false, grounded = true, ...generation } = options
  return answer(asks, image, { text: (detail ? detailedCaption : briefCaption)({ grounded }) }, generation)
}
