// Measures subjects in turn, and the memory's bandwidth before and after each: on a shared machine that changes within
// seconds, and only what ran at the same level may be compared.
import type { MemoryBandwidth } from './memory-bandwidth.ts'
import { othersAsleep, type Spread, spread } from './statistics.ts'

/** One turn of every subject. */
export interface Round {
  /** What was measured of each subject. */
  readonly values: readonly number[]
  /** Bytes a second before the first subject, between them, and after the last. */
  readonly bandwidth: readonly number[]
}

/** @param measures - one for each subject */
export async function inTurns(
  measures: readonly (() => Promise<number>)[],
  rounds: number,
  bandwidth: MemoryBandwidth,
  onRound: (round: Round, number: number) => void = () => undefined,
): Promise<readonly Round[]> {
  const all: Round[] = []
  for (let number = 1; number <= rounds; number++) {
    const values: number[] = []
    await othersAsleep()
    const readings = [await bandwidth.measure()]
    for (const measure of measures) {
      values.push(await measure())
      await othersAsleep()
      readings.push(await bandwidth.measure())
    }
    const round = { values, bandwidth: readings }
    all.push(round)
    onRound(round, number)
  }
  return all
}

/** Two readings within this factor of each other are the same level. */
const SAME_LEVEL = 1.25

/**
 * Of the rounds in which the bandwidth kept its level, what `value` takes of each; of all rounds where that leaves fewer
 * than three.
 */
export function sameLevel(rounds: readonly Round[], value: (round: Round) => number): Spread {
  const kept = rounds.filter(({ bandwidth }) => Math.max(...bandwidth) <= SAME_LEVEL * Math.min(...bandwidth))
  return spread((kept.length < 3 ? rounds : kept).map(value))
}

/** What the bandwidth was while a subject had its turn. */
export const bandwidthOf = ({ bandwidth }: Round, subject: number): number =>
  (bandwidth[subject]! + bandwidth[subject + 1]!) / 2
