import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reliability } from '../../src/metrics/reliability.ts'
import { reliabilityChart } from '../../src/plot/reliability-chart.ts'
import { assertSnapshot, count } from './snapshot.ts'

const predictions = Array.from({ length: 60 }, (_, i) => ({
  confidence: (i % 6) / 6 + 0.05,
  isRight: i % 7 < i % 6,
}))
const measured = { name: 'INT8', ...reliability(predictions, { bins: 6 }) }

test('each range with predictions is a dot with its interval, beside the diagonal', async (t) => {
  const svg = await reliabilityChart([measured], { title: 'Reliability' })
  assert.equal(count(svg, '<circle'), 6)
  assert.match(svg, /INT8: \d+\.\d % apart on average/)
  assertSnapshot(t, 'reliability-chart', svg)
  const two = await reliabilityChart([measured, { ...measured, name: 'INT4' }])
  assert.equal(count(two, '<circle'), 12)
})

test('an unknown option is refused by name', async () => {
  await assert.rejects(reliabilityChart([measured], { colour: 'red' } as object), /Unknown option 'colour'/)
})
