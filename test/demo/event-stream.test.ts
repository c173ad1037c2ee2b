// A reader that stops reading costs no memory: what says the same is put together, and all of it comes in the end.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { joinText, openEventStream, replaceSame, type StreamEvent } from '../../src/demo/event-stream.ts'

/** A response whose reader waits until `read` is called, which gives all that came. */
async function connection(
  t: TestContext,
): Promise<{ response: ServerResponse; read: () => Promise<StreamEvent[]> }> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const asking = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' })
  const message = once(asking, 'response') as Promise<[IncomingMessage]>
  const [, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse]
  return {
    response,
    async read() {
      const [reader] = await message
      return parse((await reader.setEncoding('utf8').toArray()).join(''))
    },
  }
}

const parse = (text: string): StreamEvent[] =>
  text
    .trim()
    .split('\n\n')
    .map((part) => {
      const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(part)!
      return { event: event!, data: JSON.parse(data!) as unknown }
    })

/** More than the buffers between the two take. */
const MANY = 20_000
const filler = 'x'.repeat(400)

test('of states the newest counts', async (t) => {
  const { response, read } = await connection(t)
  const stream = openEventStream(response, {}, replaceSame)
  for (let i = 1; i <= MANY; i++) {
    stream.send({ event: 'state', data: { i, filler } })
    stream.send({ event: 'progress', data: { model: `m${i % 2}`, i } })
  }
  assert.ok(response.writableLength < 100_000, String(response.writableLength))
  stream.end()
  stream.send({ event: 'state', data: 'late' })
  const events = await read()
  assert.ok(events.length < MANY)
  assert.deepEqual(events.slice(-3), [
    { event: 'progress', data: { model: 'm1', i: MANY - 1 } },
    { event: 'state', data: { i: MANY, filler } },
    { event: 'progress', data: { model: 'm0', i: MANY } },
  ])
})

test('of a text nothing is lost, and other events stay where they were in it', async (t) => {
  const { response, read } = await connection(t)
  const stream = openEventStream(response, {}, joinText)
  for (let i = 1; i <= MANY; i++) {
    stream.send({ event: 'token', data: { text: `${i} `, raw: `<${i}>` } })
    if (i === MANY - 1) stream.send({ event: 'entity', data: 'here' })
    stream.send({ event: 'token', data: { text: '', raw: filler } })
  }
  assert.ok(response.writableLength < 100_000)
  stream.send({ event: 'answer', data: 'all' })
  stream.end()
  const events = await read()
  assert.deepEqual(
    events.slice(-3).map(({ event }) => event),
    ['entity', 'token', 'answer'],
  )
  const tokens = events
    .filter(({ event }) => event === 'token')
    .map(({ data }) => data as { text: string; raw: string })
  const numbers = Array.from({ length: MANY }, (_, i) => i + 1)
  assert.equal(tokens.map(({ text }) => text).join(''), numbers.map((i) => `${i} `).join(''))
  assert.equal(tokens.map(({ raw }) => raw).join(''), numbers.map((i) => `<${i}>${filler}`).join(''))
})
