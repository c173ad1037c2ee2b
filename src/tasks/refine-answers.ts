// The boxes of answers, brought to the borders in the picture where the checkpoint has a box refiner.
import type { AnswerBox } from '../generate/boxes/answer-boxes.ts'
import type { ConditionalGeneration } from '../model/conditional-generation.ts'
import type { Tensor } from '../tensor.ts'

/**
 * What the answers of `Kosmos2` go through, for boxes from `answerBoxes`.
 * @param pixel_values - of the pictures, float32 [B, 3, image_size, image_size]
 * @param answers - for each picture the boxes of its answer
 * @returns the same, their `finer` boxes as the box refiner finds them; as they are for a model without one
 */
export async function refineAnswers(
  model: Pick<ConditionalGeneration, 'refinesBoxes' | 'refineBoxes'>,
  pixel_values: Tensor,
  answers: readonly (readonly AnswerBox[])[],
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<readonly (readonly AnswerBox[])[]> {
  const boxes = answers.map((own) => own.flatMap(({ finer }) => (finer === null ? [] : [finer])))
  if (!model.refinesBoxes || boxes.flat().length === 0) return answers
  const refined = await model.refineBoxes({ pixel_values, boxes }, options)
  return answers.map((own, row) => {
    const next = refined[row]!.values()
    return own.map((box) => (box.finer === null ? box : { ...box, finer: next.next().value! }))
  })
}
