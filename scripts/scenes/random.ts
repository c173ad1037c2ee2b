// Random numbers that a seed decides: the same on every machine, for scenes that can be made again.
import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Draws numbers, one after the other. */
export interface Random {
  /** From 0 (included) to 1 (excluded). */
  fraction(): number
  /** From `low` (included) to `high` (excluded). */
  between(low: number, high: number): number
  /** An integer from `low` to `high`, both included. */
  integer(low: number, high: number): number
  /** True in that share of cases. @param share - from 0 to 1 */
  chance(share: number): boolean
  /** One of the values, each as likely as the others. @throws {RangeError} without values */
  pick<T>(values: readonly T[]): T
  /** The index of one of the weights, each as likely as it is heavy. */
  weighted(weights: readonly number[]): number
  /** The values in another order; the given array stays. */
  shuffled<T>(values: readonly T[]): T[]
}

/** How many numbers are passed over at the start: the first ones still show the seed's own bits. */
const WARM_UP = 16

/**
 * Random numbers of a seed.
 * @param seed - integer from 0 to 2^32 - 1
 * @param purpose - tells several sequences of one seed apart, an integer
 */
export function randomOf(seed: number, purpose = 0): Random {
  const generator = xoroshiro128plus(mixed(mixed(seed) ^ Math.imul(purpose, 0x9e3779b1)))
  for (let i = 0; i < WARM_UP; i++) generator.next()
  const fraction = (): number => uniformFloat32(generator)
  const integer = (low: number, high: number): number => uniformInt(generator, low, high)
  const random: Random = {
    fraction,
    integer,
    between: (low, high) => low + (high - low) * fraction(),
    chance: (share) => fraction() < share,
    pick: (values) => {
      if (values.length === 0)
        throw new RangeError('Expected at least one value to pick from, but received none')
      return values[integer(0, values.length - 1)]!
    },
    weighted: (weights) => {
      let rest = fraction() * weights.reduce((sum, weight) => sum + weight, 0)
      const index = weights.findIndex((weight) => (rest -= weight) < 0)
      return index < 0 ? weights.length - 1 : index
    },
    shuffled: (values) => {
      const copy = [...values]
      for (let i = copy.length - 1; i > 0; i--) {
        const j = integer(0, i)
        ;[copy[i], copy[j]] = [copy[j]!, copy[i]!]
      }
      return copy
    },
  }
  return random
}

/** Spreads a seed over all 32 bits, one to one: neighbours get sequences that have nothing in common (murmur3's end). */
function mixed(seed: number): number {
  let bits = seed | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return bits ^ (bits >>> 16)
}
