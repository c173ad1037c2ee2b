// Which seeds are for what. Scenes that are measured are never trained on: the ranges do not meet, and whatever feeds
// the training asks `checkSeeds` first.
import { invalidRange } from '../../src/errors.ts'

/** A range of seeds: from `first` on, `count` of them. */
export interface SeedRange {
  readonly first: number
  readonly count: number
}

/** The scenes of data/scenes/held-out. */
export const HELD_OUT: SeedRange = { first: 0, count: 200 }
/** The scenes of data/scenes/held-out-style, drawn in a style that is never trained on. */
export const HELD_OUT_STYLE: SeedRange = { first: 400, count: 60 }
/** The scenes of data/scenes/calibration, to fit a model's temperature on. */
export const CALIBRATION: SeedRange = { first: 500, count: 40 }
/** Scenes to look at while training. */
export const VALIDATION: SeedRange = { first: 1000, count: 1000 }
/** All seeds from here on are for training; seeds are integers of 32 bits. */
export const TRAINING: SeedRange = { first: 1_000_000, count: 2 ** 32 - 1_000_000 }

/** Whether a scene of this seed may be trained on. */
export const isTrainingSeed = (seed: number): boolean => isIn(TRAINING, seed)

/** Whether a seed is one of a range. */
export const isIn = ({ first, count }: SeedRange, seed: number): boolean =>
  Number.isInteger(seed) && seed >= first && seed < first + count

/** The last seed of a range. */
export const lastOf = ({ first, count }: SeedRange): number => first + count - 1

/** @throws {RangeError} unless all seeds from `first` to `last` are in a range */
export function checkSeeds(range: SeedRange, first: number, last: number): void {
  if (!isIn(range, first) || !isIn(range, last))
    throw invalidRange(
      'the seeds of scenes',
      `integers from ${range.first} to ${lastOf(range)}, as others are kept for other uses,`,
      first === last ? first : [first, last],
    )
}
