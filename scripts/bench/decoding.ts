// Tokens of several subjects in turn: how long one takes, how near that is to reading the weights once, and how they
// compare.
import { bandwidthOf, inTurns, type Round, sameLevel } from './in-turns.ts'
import type { MemoryBandwidth } from './memory-bandwidth.ts'
import { type Spread, spread } from './statistics.ts'

/** One that decodes. */
export interface Decoding {
  readonly name: string
  /** Milliseconds of each of so many tokens. */
  decode(tokens: number): Promise<readonly number[]>
  /** Weights that a token reads, in the precision that runs; undefined where it is not known. */
  readonly weightBytes: number | undefined
}

export interface DecodingResult {
  /** All of it, subject by subject in the order given. */
  readonly tokenMs: readonly Spread[]
  /** Time to read the weights at the bandwidth beside it / time of a token, of each subject whose weights are known. */
  readonly rooflineShare: readonly (Spread | null)[]
  /** The first subject's time / each one's, of the same round. */
  readonly speedup: readonly Spread[]
  /** Bytes a second. */
  readonly bandwidth: Spread
  readonly rounds: readonly Round[]
}

const TOKENS_A_TURN = 5

export async function decodeInTurns(
  subjects: readonly Decoding[],
  count: number,
  bandwidth: MemoryBandwidth,
  say: (text: string) => void,
): Promise<DecodingResult> {
  const measures = subjects.map((subject) => async () => spread(await subject.decode(TOKENS_A_TURN)).median)
  const rounds = await inTurns(measures, count, bandwidth, ({ values }, number) => {
    const texts = subjects.map(({ name }, i) => `${name} ${values[i]!.toFixed(1)}`)
    say(`  round ${number} of ${count}, ms a token: ${texts.join(', ')}`)
  })
  return {
    tokenMs: subjects.map((_, i) => spread(rounds.map(({ values }) => values[i]!))),
    rooflineShare: subjects.map(({ weightBytes }, i) =>
      weightBytes === undefined
        ? null
        : sameLevel(rounds, (round) => ((weightBytes / bandwidthOf(round, i)) * 1000) / round.values[i]!),
    ),
    speedup: subjects.map((_, i) => sameLevel(rounds, ({ values }) => values[0]! / values[i]!)),
    bandwidth: spread(rounds.flatMap((round) => round.bandwidth)),
    rounds,
  }
}
