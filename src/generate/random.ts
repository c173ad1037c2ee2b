// Random numbers for sampling, repeatable by seed: xoshiro128** 1.1 of Blackman and Vigna (prng.di.unimi.it), its state
// filled from the seed by the 32-bit mixing function of MurmurHash3. Not for cryptography.
import { randomInt } from 'node:crypto'

/** Gives a number from the uniform distribution over [0, 1), with 53 random bits. */
export type Random = () => number

/**
 * A generator of random numbers.
 * @param seed - integer from 0 to 2^53 - 1: the same seed gives the same numbers on every machine; left out, the
 * numbers differ each time
 */
export function createRandom(seed?: number): Random {
  const next = xoshiro128(stateFromSeed(seed))
  return () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53
}

/**
 * A generator of hash functions: each gives a number of the uniform distribution over (0, 1), with 52 random bits, for
 * an integer from 0 to 2^32 - 1, the same one whenever it is asked.
 * @param seed - as `createRandom`
 * @param stream - integer from 0: one seed gives as many different generators
 */
export function createHashes(seed?: number, stream = 0): () => (value: number) => number {
  const next = xoshiro128(stateFromSeed(seed).map((word) => mix(word + stream)))
  return () => {
    const [first, second] = [next(), next()]
    return (value) => {
      const high = mix(mix(value + first) + second) >>> 6
      const low = mix(mix(value + second) + first) >>> 6
      return (high * 2 ** 26 + low + 0.5) / 2 ** 52
    }
  }
}

/**
 * The bare generator of integers.
 * @param state - four 32-bit words, not all zero; changed by every call
 * @returns a function that gives the next integer from 0 to 2^32 - 1
 */
export function xoshiro128(state: Uint32Array): () => number {
  return () => {
    const [a, b, c, d] = state as unknown as [number, number, number, number]
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9)
    const mixedC = c ^ a
    const mixedD = d ^ b
    state[0] = a ^ mixedD
    state[1] = b ^ mixedC
    state[2] = mixedC ^ (b << 9)
    state[3] = rotateLeft(mixedD, 11)
    return result >>> 0
  }
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

// Four different words from two: a counter hashed with each half of the seed, so that near seeds give far states.
function stateFromSeed(seed: number = randomInt(2 ** 48 - 1)): Uint32Array {
  const low = seed >>> 0
  const high = Math.floor(seed / 2 ** 32)
  return Uint32Array.from([1, 2, 3, 4], (counter) => mix(mix(low + Math.imul(counter, 0x9e3779b9)) + high))
}

function mix(word: number): number {
  let h = word
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
