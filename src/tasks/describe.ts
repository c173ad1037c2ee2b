// What is in a box.
import { invalidRange } from '../errors.ts'
import { patchVocabulary } from '../generate/boxes/patch-vocabulary.ts'
import type { ImageInput } from '../image/image-input.ts'
import { type BoxInput, expectBoxInPicture } from '../text/boxes.ts'
import { describeRegion } from '../text/prompts.ts'
import { answer, type AnswerOptions, type Answers, type Asks, isSeveral, type Prompt } from './answer.ts'

export interface DescribeOptions extends AnswerOptions {
  /** Whether phrases of the answer are linked to boxes. @default true */
  readonly grounded?: boolean
}

/**
 * What is in a box of a picture; of several pictures each has its own box.
 * @param box - `{ pixels }`, `{ fractions }` or `{ patches }`; for several pictures a list of these
 * @throws {RangeError} for a box that reaches out of the picture, or whose second corner is left of or above its first
 */
export function describe<Image extends ImageInput | readonly ImageInput[]>(
  asks: Asks,
  image: Image,
  box: Image extends readonly ImageInput[] ? readonly BoxInput[] : BoxInput,
  options: DescribeOptions = {},
): Promise<Answers<Image>> {
  const { grounded = true, ...generation } = options
  const { side } = patchVocabulary(asks.processor)
  const prompt = (own: BoxInput): Prompt => {
    expectBoxInPicture('box', own, side)
    return { text: describeRegion({ grounded }), bboxes: [own] }
  }
  if (!isSeveral(image)) return answer(asks, image, prompt(box as BoxInput), generation)
  if (!Array.isArray(box)) throw invalidRange('box', 'a list with a box for each picture', box)
  return answer(asks, image, (box as readonly BoxInput[]).map(prompt), generation)
}
