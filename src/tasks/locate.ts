// The one thing that an expression refers to.
import type { ImageInput } from '../image/image-input.ts'
import { groundPhrase } from '../text/prompts.ts'
import { answer, type AnswerOptions, type Answers, type Asks } from './answer.ts'

/**
 * Where the one thing is that an expression means among others: always one box. The prompt is that of `ground`, as in the
 * published model's card (referring expression comprehension).
 * @param expression - such as `the dog on the left`
 */
export function locate<Image extends ImageInput | readonly ImageInput[]>(
  asks: Asks,
  image: Image,
  expression: string,
  options: AnswerOptions = {},
): Promise<Answers<Image>> {
  return answer(asks, image, { text: groundPhrase(expression), boxes: 1 }, options)
}
