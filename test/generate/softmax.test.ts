import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { logSoftmax, softmaxDenominator } from '../../src/generate/softmax.ts'
import { close } from './table.ts'

test('logSoftmax has the values of torch, also for huge logits and ruled-out tokens', () => {
  const scores = Float32Array.of(1, 2, 3)
  logSoftmax(scores, scores)
  // torch.log_softmax(torch.tensor([1., 2., 3.]), -1), but for the last bit
  close(scores, [-2.4076058864593506, -1.4076058864593506, -0.40760594606399536])
  const huge = Float32Array.of(3e38, -Infinity, 3e38)
  logSoftmax(huge, huge)
  assert.deepEqual(huge, Float32Array.of(-Math.LN2, -Infinity, -Math.LN2))
})

test('scores without a choice are an error that says what may be wrong', () => {
  for (const scores of [
    [-Infinity, -Infinity],
    [1, NaN],
    [Infinity, 1],
  ])
    assert.throws(() => softmaxDenominator(Float32Array.from(scores)), /No next token can be chosen/)
})
