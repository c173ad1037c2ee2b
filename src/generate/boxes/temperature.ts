// A temperature for corner maps: one number that makes a model's belief in cells as sharp as it should be, fitted on
// answers whose true corners are known (temperature scaling, Guo et al. 2017).
import { invalidRange, invalidType } from '../../errors.ts'
import type { CornerMap } from './corner-maps.ts'

/** A corner that was believed to be somewhere, and the cell that it is in. */
export interface KnownCorner {
  readonly map: CornerMap
  /** row * side + column */
  readonly cell: number
}

const [LOWEST, HIGHEST] = [0.02, 50]
/** How far the logarithm of the result may be from the best. */
const TOLERANCE = 1e-5
const GOLDEN = (Math.sqrt(5) - 1) / 2

/** A likelihood of 0 is one that a float64 cannot hold. */
const SMALLEST = -745

/**
 * The temperature with which known corners would have been least surprising: above 1 the model was too sure, below 1 not
 * sure enough. To be fitted on other pictures than those that it is then used for.
 * @param corners - at least one
 * @returns from 0.02 to 50
 * @throws {TypeError | RangeError} for no corners, or a cell outside its map
 */
export function fitTemperature(corners: readonly KnownCorner[]): number {
  if (!(corners instanceof Array)) throw invalidType('corners', 'an array of { map, cell }', corners)
  if (corners.length === 0) throw invalidRange('corners', 'at least one', corners)
  const logs = corners.map(({ map, cell }, index) => {
    const { probabilities } = map
    if (!Number.isInteger(cell) || cell < 0 || cell >= probabilities.length)
      throw invalidRange(`corners[${index}].cell`, `integer from 0 to ${probabilities.length - 1}`, cell)
    return { scores: probabilities.map(logOf), cell }
  })
  const surprise = (logTemperature: number): number => {
    const sharpness = Math.exp(-logTemperature)
    return logs.reduce((sum, { scores, cell }) => {
      const highest = scores.reduce((most, score) => Math.max(most, score), -Infinity)
      const total = scores.reduce((all, score) => all + Math.exp((score - highest) * sharpness), 0)
      return sum + Math.log(total) - (scores[cell]! - highest) * sharpness
    }, 0)
  }
  // It has one lowest place: in 1 / temperature it is convex.
  let [low, high] = [Math.log(LOWEST), Math.log(HIGHEST)]
  let [left, right] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)]
  let [ofLeft, ofRight] = [surprise(left), surprise(right)]
  while (high - low > TOLERANCE)
    if (ofLeft < ofRight) {
      ;[high, right, ofRight] = [right, left, ofLeft]
      left = high - GOLDEN * (high - low)
      ofLeft = surprise(left)
    } else {
      ;[low, left, ofLeft] = [left, right, ofRight]
      right = low + GOLDEN * (high - low)
      ofRight = surprise(right)
    }
  return Math.exp((low + high) / 2)
}

/**
 * A map as it is at another temperature: the likelihoods to the power of 1 / temperature, again adding up to 1.
 * @param temperature - above 0; 1 changes nothing
 * @throws {RangeError} for a temperature that is not above 0
 */
export function withTemperature(map: CornerMap, temperature: number): CornerMap {
  if (!(temperature > 0 && temperature < Infinity))
    throw invalidRange('temperature', 'a finite number above 0', temperature)
  const scores = map.probabilities.map((probability) => logOf(probability) / temperature)
  const highest = scores.reduce((most, score) => Math.max(most, score), -Infinity)
  const weights = scores.map((score) => Math.exp(score - highest))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return { ...map, probabilities: weights.map((weight) => weight / total) }
}

function logOf(probability: number): number {
  return probability === 0 ? SMALLEST : Math.log(probability)
}
