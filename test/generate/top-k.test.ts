import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { createRandom } from '../../src/generate/random.ts'
import { argmax, topK } from '../../src/generate/top-k.ts'

test('argmax is the first of the largest', () => {
  assert.equal(argmax(Float32Array.of(-3, 7, 2, 7)), 1)
  assert.equal(argmax(Float32Array.of(-Infinity, -5)), 1)
  assert.throws(() => argmax(Float32Array.of(-Infinity, -Infinity)), /No next token can be chosen/)
  assert.throws(() => argmax(Float32Array.of(1, NaN, 2)), /No next token can be chosen/)
})

test('topK is the head of a full sort, equal scores in their order', () => {
  const random = createRandom(1)
  for (const length of [1, 2, 7, 300]) {
    // Few different values, so that many are equal.
    const scores = Float32Array.from({ length }, () =>
      random() < 0.1 ? -Infinity : Math.floor(random() * 12),
    )
    const sorted = [...scores.keys()].toSorted((a, b) =>
      scores[a] === scores[b] ? a - b : scores[b]! - scores[a]!,
    )
    for (const k of [1, Math.ceil(length / 3), length])
      assert.deepEqual([...topK(scores, k)], sorted.slice(0, k), `k = ${k} of ${length}`)
  }
})

test('topK refuses to give more than there are', () => {
  assert.throws(() => topK(new Float32Array(3), 4), /integer from 1 to 3 for k but received 4/)
})
