// The queue alone: order, bounds, and who leaves it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createQueue } from '../../src/demo/queue.ts'

/** Work that ends when it is told to. */
function gate() {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { opened, open }
}

const never = new AbortController().signal

test(
  'clients come in turn, however many requests each has, one at a time, and each hears its place as it changes',
  { timeout: 10_000 },
  async () => {
    const queue = createQueue(10)
    const order: string[] = []
    const places = new Map<string, number[]>()
    const { opened, open } = gate()
    let running = 0
    const enter = (name: string, work: () => Promise<void> = () => Promise.resolve()): Promise<void> =>
      queue.enter(
        {
          client: name[0]!,
          signal: never,
          onPosition: (position) => places.set(name, [...(places.get(name) ?? []), position]),
        },
        async () => {
          assert.equal(++running, 1)
          order.push(name)
          await work()
          running--
        },
      )
    const all = [
      enter('a1', () => opened),
      ...['a2', 'a3', 'a4', 'b1', 'b2', 'c1'].map((name) => enter(name)),
    ]
    assert.equal(queue.length, 6)
    open()
    await Promise.all(all)
    assert.deepEqual(order, ['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4'])
    assert.deepEqual(places.get('a1'), [0])
    // Third, until b and c came before it.
    assert.deepEqual(places.get('a4'), [3, 4, 5, 6, 5, 4, 3, 2, 1, 0])
    assert.deepEqual(places.get('c1'), [3, 2, 1, 0])
    assert.equal(queue.length, 0)
  },
)

test('a full queue refuses, and whoever leaves makes room at once', async () => {
  const queue = createQueue(2)
  const { opened, open } = gate()
  const leaving = new AbortController()
  const enter = (signal = never): Promise<string> =>
    queue.enter({ client: 'a', signal }, async () => {
      await opened
      return 'served'
    })
  const served = [enter(), enter()]
  const left = enter(leaving.signal)
  await assert.rejects(enter(), {
    name: 'Refusal',
    code: 'QUEUE_FULL',
    message: /all of its 2 places are taken/,
  })
  leaving.abort(new Error('gone'))
  await assert.rejects(left, /^Error: gone$/)
  served.push(enter())
  await assert.rejects(enter(), { code: 'QUEUE_FULL' })
  open()
  assert.deepEqual(await Promise.all(served), ['served', 'served', 'served'])
})

test('what is not ready is passed, work that fails gives its turn on, and what never gets ready leaves', async () => {
  const queue = createQueue(9)
  const { opened, open } = gate()
  const order: string[] = []
  const turn = { signal: never, client: 'a' }
  const enter = (name: string, ready?: Promise<unknown>): Promise<void> =>
    queue.enter({ ...turn, ...(ready && { ready }) }, () => {
      order.push(name)
      return name === 'fails' ? Promise.reject(new Error(name)) : Promise.resolve()
    })
  const late = enter('late', opened)
  const lost = enter('lost', Promise.reject(new Error('no model')))
  await assert.rejects(enter('fails'), /^Error: fails$/)
  await enter('next')
  await assert.rejects(lost, /^Error: no model$/)
  open()
  await late
  assert.deepEqual(order, ['fails', 'next', 'late'])
})
