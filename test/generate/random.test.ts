import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { createHashes, createRandom, xoshiro128 } from '../../src/generate/random.ts'

test("xoshiro128** gives the outputs of its authors' C program", () => {
  const next = xoshiro128(Uint32Array.of(1, 2, 3, 4))
  assert.deepEqual(
    Array.from({ length: 10 }, next),
    [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804],
  )
})

test('a seed fixes the numbers, to the last bit of it, and for good', () => {
  const first = (seed: number) => createRandom(seed)()
  assert.equal(first(0), 0.13587393870443443)
  const seeds = [0, 1, 2, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 2, 2 ** 53 - 1]
  assert.equal(new Set(seeds.map(first)).size, seeds.length)
})

test('the numbers are spread evenly over 0 to 1, those of integers in a row too', () => {
  const nextHash = createHashes(5)
  const hash = nextHash()
  const sources = { drawn: createRandom(5), hashed: hash, 'first of each hash': () => nextHash()(0) }
  for (const [name, numberOf] of Object.entries(sources)) {
    const cells = new Array<number>(10).fill(0)
    const draws = 100_000
    for (let i = 0; i < draws; i++) cells[Math.floor(numberOf(i) * 10)]! += 1
    const expected = draws / 10
    const chiSquare = cells.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    assert.ok(chiSquare < 27.9, `${name}: chi-square ${chiSquare}`) // its 99.9 % point at 9 degrees of freedom
  }
})

test('a hash gives its number again; another call, seed or stream gives another', () => {
  const [nextHash, same] = [createHashes(3), createHashes(3, 0)]
  const hash = nextHash()
  assert.deepEqual([hash(7), hash(8), hash(7)], [same()(7), hash(8), hash(7)])
  const others = [hash(8), nextHash()(7), createHashes(4)()(7), createHashes(3, 1)()(7)]
  assert.equal(new Set([hash(7), ...others]).size, 5)
})
