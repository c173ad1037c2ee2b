import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inNotebookKernel, interruptible } from '../../src/model/interrupt.ts'

const untilAborted = (signal: AbortSignal | undefined) =>
  new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => {
      reject(signal.reason as Error)
    })
  })

test('inside a notebook kernel SIGINT aborts the work, and the listener is gone afterwards', async () => {
  const before = process.listenerCount('SIGINT')
  const work = interruptible(undefined, untilAborted, true)
  process.emit('SIGINT')
  await assert.rejects(work, { name: 'AbortError' })
  assert.equal(process.listenerCount('SIGINT'), before)
})

test('work that ends by itself leaves no listener behind either', async () => {
  const before = process.listenerCount('SIGINT')
  await interruptible(undefined, () => Promise.resolve(), true)
  assert.equal(process.listenerCount('SIGINT'), before)
})

test("the caller's own signal acts inside a kernel too", async () => {
  const controller = new AbortController()
  const work = interruptible(controller.signal, untilAborted, true)
  controller.abort(new Error('own'))
  await assert.rejects(work, /own/)
})

test('anywhere else SIGINT is left alone', async () => {
  const before = process.listenerCount('SIGINT')
  await interruptible(undefined, (signal) => {
    assert.equal(signal, undefined)
    assert.equal(process.listenerCount('SIGINT'), before)
    return Promise.resolve()
  })
})

test('a tslab kernel is known by its command line', () => {
  assert.ok(inNotebookKernel(['node', '/project/node_modules/.bin/tslab', 'kernel', '--config-path=x']))
  assert.ok(!inNotebookKernel(['node', '/project/server.js', 'kernel']))
  assert.ok(!inNotebookKernel(['node', '/project/node_modules/.bin/tslab', 'install']))
})
