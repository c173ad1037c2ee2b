// What one word for the weights of a model stands for in each of its parts.
import type { PartName } from './parts.ts'
import type { WeightPrecision } from './weight-form.ts'

/**
 * The precision of each part. In INT4 that is the text part, as in OpenVINO's notebook for KOSMOS-2: it is four fifths of
 * the weights and all that a token reads. Vision and projection are INT8: 4 bits make them no faster (docs/speed.md), and
 * cost a model as small as `models/kosmos2-tiny` answers.
 */
export const partWeights = (weights: WeightPrecision): Readonly<Record<PartName, WeightPrecision>> => {
  const others = weights === 'int4' ? 'int8' : weights
  return { vision: others, projection: others, text: weights }
}
