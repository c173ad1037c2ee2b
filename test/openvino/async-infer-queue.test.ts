// A queue of jobs on a pool of requests.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compiledAdd, ov } from './models.ts'

const wrong = (value: unknown) => value as never
const compiled = compiledAdd(Float32Array.of(10))
const job = (value: number) => ({ x: new ov.Tensor('f32', [1], Float32Array.of(value)) })

test('more jobs than requests: each callback gets its own result and data', async () => {
  const queue = new ov.AsyncInferQueue(compiled, 2)
  const results: number[] = []
  queue.setCallback((error, request, userData) => {
    assert.equal(error, null)
    results[(userData as { id: number }).id] = request.getOutputTensor().data[0] as number
  })
  const ids = Array.from({ length: 9 }, (_, id) => ({ id }))
  const answers = await Promise.all(ids.map((data) => queue.startAsync(job(data.id), data)))
  assert.deepEqual(answers, ids)
  assert.deepEqual(
    results,
    ids.map(({ id }) => 10 + id),
  )
  queue.release()
  assert.throws(
    () => {
      queue.release()
    },
    { name: 'OpenVINOError', code: 'DISPOSED' },
  )
})

test('an inference that fails reaches the callback and rejects; so does a callback that throws', async () => {
  const queue = new ov.AsyncInferQueue(compiled)
  const errors: (Error | null)[] = []
  queue.setCallback((error) => {
    errors.push(error)
    if (error === null) throw new Error('of the callback')
  })
  await assert.rejects(queue.startAsync({ none: job(1).x }), { name: 'OpenVINOError' })
  await assert.rejects(queue.startAsync(job(1)), { message: 'of the callback' })
  queue.setCallback(() => undefined)
  await queue.startAsync([job(1).x])
  assert.equal(errors.length, 2)
  queue.release()
})

test('wrong arguments throw at once', () => {
  const queue = new ov.AsyncInferQueue(compiled, 1)
  assert.throws(
    () => {
      queue.setCallback(wrong(undefined))
    },
    { message: /'setCallback' method called with incorrect parameters\./ },
  )
  assert.throws(() => queue.startAsync(job(1)), { message: /Callback has to be set/ })
  assert.throws(() => queue.startAsync(wrong('x')), {
    message: /'startAsync' method called with incorrect parameters\./,
  })
  assert.throws(() => new ov.AsyncInferQueue(wrong({})), {
    message: /'AsyncInferQueue' method called with incorrect/,
  })
  assert.throws(() => new ov.AsyncInferQueue(compiled, -1), { name: 'RangeError' })
})
