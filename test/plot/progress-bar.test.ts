import assert from 'node:assert/strict'
import { test } from 'node:test'
import { progressBar } from '../../src/plot/progress-bar.ts'
import { assertSnapshot } from './snapshot.ts'

/** The width of the filled bar, as a share of the whole. */
function share(svg: string): number {
  const [whole, filled] = Array.from(svg.matchAll(/<rect x="0" y="22" width="([\d.]+)"/g), ([, width]) =>
    Number(width),
  )
  return (filled ?? 0) / whole!
}

test('a bar says what is done, how much of it, and shows the share', (t) => {
  const svg = progressBar({ label: 'text', done: 312e6, total: 1.2e9 }, { unit: 'bytes' })
  assertSnapshot(t, 'progress', svg)
  assert.match(svg, />text<\/text>/)
  assert.match(svg, />312 MB of 1\.2 GB · 26 %<\/text>/)
  assert.ok(Math.abs(share(svg) - 0.26) < 1e-3)
})

test('nothing, all, and all of nothing', () => {
  const at = (done: number, total: number): string => progressBar({ label: 'tokens', done, total })
  assert.equal(share(at(0, 64)), 0)
  assert.equal(share(at(64, 64)), 1)
  assert.equal(share(at(0, 0)), 1)
  assert.match(at(29, 100), />29 of 100 · 29 %<\/text>/)
  // Not all until it is all.
  assert.match(at(9999, 10_000), />9,999 of 10,000 · 99 %<\/text>/)
})

test('a label that is too long is cut, and stays text', () => {
  const svg = progressBar(
    { label: `<b>${'layer'.repeat(50)}`, done: 1, total: 2 },
    { width: 280, unit: 'tensors' },
  )
  assert.match(svg, /<text [^>]*>&#60;b&#62;layer[a-z]*…<\/text>/)
  assert.match(svg, />1 of 2 tensors · 50 %<\/text>/)
})

const good = { label: 'a', done: 1, total: 2 }
const bad: [state: object, options: object, message: RegExp][] = [
  [{ ...good, label: undefined }, {}, /Expected a string for label but received undefined/],
  [{ ...good, total: NaN }, {}, /Expected a finite number from 0 for total but received NaN/],
  [{ ...good, done: 3 }, {}, /Expected a number from 0 to 2 for done but received 3/],
  [good, { unit: 5 }, /Expected a string for unit but received 5/],
  [good, { height: 5 }, /Unknown option 'height' for progressBar; its options are unit, width, theme/],
]
for (const [state, options, message] of bad)
  test(`a bad state is refused: ${String(message)}`, () => {
    assert.throws(() => progressBar(state as typeof good, options), message)
  })
