// Where the goldens of pictures are, and comparing with them.
import assert from 'node:assert/strict'

/** The URL of a file in test/goldens. */
export function golden(path: string): URL {
  return new URL(`../goldens/${path}`, import.meta.url)
}

/** The URL of a small picture of some kind. */
export function picture(name: string): URL {
  return golden(`image/pictures/${name}`)
}

/** Asserts that two arrays have the same numbers. `deepEqual` would draw up the differences of large ones for minutes. */
export function assertSameNumbers(actual: ArrayLike<number>, expected: ArrayLike<number>, what = ''): void {
  assert.equal(actual.length, expected.length, what)
  for (let i = 0; i < actual.length; i++)
    if (actual[i] !== expected[i]) assert.fail(`${what} [${i}]: ${actual[i]}, expected ${expected[i]}`)
}
