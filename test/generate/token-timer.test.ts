import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TokenTimer, type TokenTimes } from '../../src/generate/token-timer.ts'

/** A timer whose tokens come at the given milliseconds after it was made, the prompt at 5. */
function timed(...times: number[]): { timer: TokenTimer; told: TokenTimes[] } {
  const clock = [1000, ...times.map((time) => 1000 + time)]
  const told: TokenTimes[] = []
  const timer = new TokenTimer(
    (now) => told.push(now),
    () => clock.shift()!,
  )
  timer.put([0, 1, 2]) // the prompt
  times.forEach((_, i) => {
    timer.put([100 + i])
  })
  timer.end()
  return { timer, told }
}

test('the first token counts from the making of the timer, the others from the one before, and their median is told', () => {
  const { timer, told } = timed(80, 90, 100, 150, 160)
  assert.deepEqual(timer.times, { tokens: 5, firstToken: 80, eachToken: 10, tokensPerSecond: 100 })
  assert.deepEqual(told.at(3), { tokens: 4, firstToken: 80, eachToken: 10, tokensPerSecond: 100 })
  assert.equal(told.length, 5)
  assert.deepEqual(timer.steps, [80, 10, 10, 50, 10])
  assert.deepEqual(timer.ids, [100, 101, 102, 103, 104])
})

test('between two in the middle lies their mean', () => {
  assert.equal(timed(80, 90, 110).timer.times.eachToken, 15)
})

test('what no token told yet is no number', () => {
  assert.deepEqual(timed().timer.times, { tokens: 0, firstToken: NaN, eachToken: NaN, tokensPerSecond: NaN })
  assert.deepEqual(timed(80).timer.times, { tokens: 1, firstToken: 80, eachToken: NaN, tokensPerSecond: NaN })
})

test('what is no function is refused', () => {
  assert.throws(() => new TokenTimer('x' as never), /TypeError: Expected a function .* for onToken/)
})
