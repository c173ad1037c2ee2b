// Whether a model is as often right as it is sure: of all that it held likely to 0.8, eight in ten should be right.
import { invalidRange, invalidType, rejectUnknownOptions } from '../errors.ts'
import { type Interval, wilsonInterval } from './intervals.ts'

/** Something that a model held likely, and whether it was so. */
export interface Prediction {
  /** 0 to 1. */
  readonly confidence: number
  readonly isRight: boolean
}

/** The predictions whose confidence lies in a range. */
export interface ReliabilityBin {
  /** Confidence from `from` (included) to `to` (excluded but for 1). */
  readonly from: number
  readonly to: number
  readonly count: number
  /** Mean confidence; NaN without predictions, as is `share`. */
  readonly confidence: number
  /** How many of them were right, 0 to 1, and how sure that is. */
  readonly share: number
  readonly interval: Interval
}

export interface Reliability {
  readonly bins: readonly ReliabilityBin[]
  /**
   * How far confidence and share are apart, each bin as heavy as it has predictions: 0 for a model that is as often right
   * as it is sure (expected calibration error, Naeini et al. 2015, Guo et al. 2017).
   */
  readonly calibrationError: number
}

export interface ReliabilityOptions {
  /** Equal ranges of confidence, integer from 1. @default 10 */
  readonly bins?: number | undefined
}

/**
 * Sorts predictions by confidence and counts how many were right.
 * @param predictions - at least one
 * @throws {TypeError | RangeError} for no predictions, a confidence outside 0 to 1, or options out of range
 */
export function reliability(
  predictions: readonly Prediction[],
  options: ReliabilityOptions = {},
): Reliability {
  rejectUnknownOptions('reliability', options, ['bins'])
  const { bins: count = 10 } = options
  if (!Number.isSafeInteger(count) || count < 1) throw invalidRange('bins', 'integer from 1', count)
  if (!(predictions instanceof Array)) throw invalidType('predictions', 'an array', predictions)
  if (predictions.length === 0) throw invalidRange('predictions', 'at least one', predictions)
  const sorted = Array.from({ length: count }, (): Prediction[] => [])
  for (const [index, prediction] of predictions.entries()) {
    const { confidence } = prediction
    if (!(confidence >= 0 && confidence <= 1))
      throw invalidRange(`predictions[${index}].confidence`, 'a number from 0 to 1', confidence)
    sorted[Math.min(count - 1, Math.floor(confidence * count))]!.push(prediction)
  }
  const bins = sorted.map((own, index): ReliabilityBin => {
    const right = own.filter(({ isRight }) => isRight).length
    return {
      from: index / count,
      to: (index + 1) / count,
      count: own.length,
      confidence: own.reduce((sum, { confidence }) => sum + confidence, 0) / own.length,
      share: right / own.length,
      interval: wilsonInterval(right, own.length),
    }
  })
  const calibrationError = bins.reduce(
    (sum, bin) => (bin.count === 0 ? sum : sum + bin.count * Math.abs(bin.share - bin.confidence)),
    0,
  )
  return { bins, calibrationError: calibrationError / predictions.length }
}
