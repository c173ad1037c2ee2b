// Where a phrase is.
import { invalidRange } from '../errors.ts'
import type { ImageInput } from '../image/image-input.ts'
import { groundPhrase } from '../text/prompts.ts'
import { answer, type AnswerOptions, type Answers, type Asks } from './answer.ts'

export interface GroundOptions extends AnswerOptions {
  /** Exactly so many boxes, integer from 1. Left out, the model decides. */
  readonly boxes?: number | undefined
}

/** Where a phrase is in a picture, or in each of several: all things that it means. @param phrase - such as `two dogs` */
export function ground<Image extends ImageInput | readonly ImageInput[]>(
  asks: Asks,
  image: Image,
  phrase: string,
  { boxes, ...options }: GroundOptions = {},
): Promise<Answers<Image>> {
  if (boxes !== undefined && !(Number.isSafeInteger(boxes) && boxes >= 1))
    throw invalidRange('boxes', 'integer from 1', boxes)
  return answer(asks, image, { text: groundPhrase(phrase), boxes }, options)
}
