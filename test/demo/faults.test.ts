// What goes wrong is refused with a code and a sentence, opens nothing, and leaves the server well.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { crc32, deflateSync } from 'node:zlib'
import type { AnswerRequest } from '../../src/demo/api.ts'
import { type Demo, type DemoOptions, startDemo } from '../../src/demo/start-demo.ts'
import { Kosmos2 } from '../../src/index.ts'
import {
  allEvents,
  answerTo,
  ask,
  eventsOf,
  post,
  refused,
  request,
  scene,
  start,
  temporaryFolder,
  upload,
  uploadBytes,
} from './client.ts'

const kosmos = await Kosmos2.from_pretrained('models/kosmos2-tiny')
after(() => kosmos.dispose())
const demo = await start({
  kosmos,
  examples: 'data/scenes',
  limits: { uploadBytes: 500_000, pixels: 300_000, promptCharacters: 200, requestSeconds: 1 },
})
const picture = await upload(demo, 'three')

/** Sends bytes over a connection of its own, and gives all that comes back. */
async function raw(to: Demo, bytes: string): Promise<string> {
  const socket = connect(to.port, '127.0.0.1')
  socket.write(bytes)
  let text = ''
  socket.on('data', (data) => (text += data.toString()))
  await once(socket, 'close')
  return text
}

/** A PNG that says it is of this size, and ends before it has that many pixels. */
function pngOf(width: number, height: number): Uint8Array<ArrayBuffer> {
  const chunk = (type: string, data: Buffer): Buffer => {
    const named = Buffer.concat([Buffer.from(type), data])
    const framed = Buffer.alloc(named.length + 8)
    framed.writeUInt32BE(data.length)
    named.copy(framed, 4)
    framed.writeUInt32BE(crc32(named), named.length + 4)
    return framed
  }
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0])
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  const chunks = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(1000))),
    chunk('IEND', Buffer.alloc(0)),
  ]
  return new Uint8Array(Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...chunks]))
}

test('what is no picture, too large, empty, cut short or of another type is refused, whatever it says it is', async () => {
  const whole = new Uint8Array(await readFile(scene('one')))
  const cases: readonly (readonly [Promise<Response>, [status: number, code: string]])[] = [
    [uploadBytes(demo, 'no picture'), [415, 'NOT_AN_IMAGE']],
    [uploadBytes(demo, '<svg xmlns="http://www.w3.org/2000/svg"/>'), [415, 'NOT_AN_IMAGE']],
    // Names and addresses are bytes like any other.
    [uploadBytes(demo, resolve(scene('one'))), [415, 'NOT_AN_IMAGE']],
    [uploadBytes(demo, `file://${resolve(scene('one'))}`), [415, 'NOT_AN_IMAGE']],
    [uploadBytes(demo, 'http://127.0.0.1:1/a.png'), [415, 'NOT_AN_IMAGE']],
    [uploadBytes(demo, ''), [400, 'EMPTY']],
    [uploadBytes(demo, whole.slice(0, 3000)), [400, 'DAMAGED']],
    [uploadBytes(demo, pngOf(60_000, 60_000)), [413, 'TOO_LARGE']],
    [uploadBytes(demo, new Uint8Array(500_001)), [413, 'TOO_LARGE']],
    [post(demo, 'api/pictures', { path: 'data/scenes/one.png' }), [415, 'NOT_AN_IMAGE']],
    [
      request(demo, 'api/pictures', {
        method: 'POST',
        headers: { 'content-type': 'text/html' },
        body: whole,
      }),
      [415, 'NOT_AN_IMAGE'],
    ],
  ]
  for (const [response, expected] of cases) assert.deepEqual(await refused(await response), expected)
})

test('a request that says too little, too much or something else is refused before anything runs', async () => {
  const good = { picture: picture.id, task: 'caption' }
  const cases: readonly (readonly [body: unknown, expected: [number, string]])[] = [
    [null, [400, 'BAD_REQUEST']],
    [[good], [400, 'BAD_REQUEST']],
    [{ ...good, picture: 'data/scenes/one.png' }, [404, 'PICTURE_UNKNOWN']],
    [{ ...good, picture: '../../etc/passwd' }, [404, 'PICTURE_UNKNOWN']],
    [{ ...good, picture: 7 }, [400, 'BAD_REQUEST']],
    [{ ...good, task: 'constructor' }, [400, 'BAD_REQUEST']],
    [{ ...good, model: 'models/kosmos2-tiny' }, [404, 'MODEL_UNKNOWN']],
    [{ ...good, image: 'a.png' }, [400, 'BAD_REQUEST']],
    [{ ...good, task: 'ask' }, [400, 'BAD_REQUEST']],
    [{ ...good, task: 'ask', text: ' \n' }, [400, 'BAD_REQUEST']],
    [{ ...good, task: 'prompt', text: 'x'.repeat(201) }, [400, 'BAD_REQUEST']],
    [{ ...good, task: 'ground', text: 'a <phrase>' }, [400, 'BAD_REQUEST']],
    [{ ...good, task: 'prompt', text: 'half \ud800' }, [400, 'BAD_REQUEST']],
    [{ ...good, boxes: [[0, 0, 1, 1]] }, [400, 'BAD_REQUEST']],
    ...[
      [],
      [[0.2, 0.2, 0.2, 0.5]],
      [[0.5, 0, 0.4, 1]],
      [[0, 0, 1.01, 1]],
      [[-0.1, 0, 1, 1]],
      [[0, 0, 1]],
      ['0,0,1,1'],
      [[0, 0, 1, null]],
    ].map(
      (boxes) => [{ ...good, task: 'describe', boxes }, [400, 'BAD_REQUEST']] as [unknown, [number, string]],
    ),
    [
      { ...good, task: 'describe', boxes: Array.from({ length: 33 }, () => [0, 0, 1, 1]) },
      [400, 'BAD_REQUEST'],
    ],
    [
      {
        ...good,
        task: 'ask',
        text: 'Where is<phrase> it</phrase>?',
        boxes: [
          [0, 0, 1, 1],
          [0, 0, 1, 1],
        ],
      },
      [400, 'BAD_REQUEST'],
    ],
    ...[
      { max_new_tokens: 257 },
      { max_new_tokens: 0 },
      { num_beams: 6 },
      { num_beams: '2' },
      { seed: 1 },
      { do_sample: true, temperature: 0 },
      { top_k: 5 },
    ].map((settings) => [{ ...good, settings }, [400, 'BAD_REQUEST']] as [unknown, [number, string]]),
  ]
  for (const [body, expected] of cases)
    assert.deepEqual(await refused(await post(demo, 'api/answers', body)), expected, JSON.stringify(body))
  const noJson = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{' }
  assert.deepEqual(await refused(await request(demo, 'api/answers', noJson)), [400, 'BAD_REQUEST'])
  const text = { method: 'POST', body: JSON.stringify(good) }
  assert.deepEqual(await refused(await request(demo, 'api/answers', text)), [400, 'BAD_REQUEST'])
  assert.deepEqual(
    await refused(await request(demo, 'api/answers', { ...noJson, body: `"${'x'.repeat(300_000)}"` })),
    [413, 'TOO_LARGE'],
  )
  for (const body of [
    {},
    { weights: 'int2' },
    { weights: 'original', device: 'GPU' },
    { weights: 'int8', device: '../CPU' },
    { weights: 'int8', folder: '/tmp' },
  ])
    assert.deepEqual(await refused(await post(demo, 'api/models', body)), [400, 'BAD_REQUEST'])
})

test('tags in odd places and HTML are text like any other: answered, and given back as they came', async () => {
  const prompts = [
    '<image>',
    '</image>',
    '<object>',
    '<object></object>',
    '<phrase>',
    '</phrase></object><grounding>',
    '<grounding><phrase> a</phrase><object><patch_index_9999><patch_index_0001></object>',
    '<grounding><phrase> a</phrase><object><patch_index_0900><patch_index_0001></object> and',
    '<object><patch_index_0001><patch_index_0033></object>',
    '<patch_index_0001><patch_index_0002></delimiter_of_multi_objects/>',
    '</doc></chunk></line><s></s><pad>',
    'a < b > c & <script>alert(1)</script>',
    '\0\u2028 \u{1f388}',
  ]
  for (const text of prompts) {
    const settings = { max_new_tokens: 3 }
    const { boxes } = await answerTo(demo, { picture: picture.id, task: 'prompt', text, settings })
    for (const { patches } of boxes) assert.ok(patches.every((cell) => cell < 1024))
  }
  const html = '<img src=x onerror=alert(1)>'
  const body: AnswerRequest = {
    picture: picture.id,
    task: 'ask',
    text: html,
    settings: { max_new_tokens: 3 },
  }
  const started = (await allEvents(demo, body)).find(({ event }) => event === 'started')
  assert.deepEqual(started?.data, { prompt: `Question: ${html} Answer:` })
  const page = await fetch(demo.url)
  assert.equal(page.headers.get('x-content-type-options'), 'nosniff')
  assert.match(
    page.headers.get('content-security-policy')!,
    /^default-src 'none'; script-src 'self'; .*frame-ancestors 'self'$/,
  )
})

test('without the token, under a name that is not its own or from another origin nothing is told or done', async () => {
  const status = async (path: string, headers: Record<string, string>): Promise<unknown> => {
    const lines = Object.entries({ connection: 'close', ...headers }).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    )
    const text = await raw(demo, `GET /${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
    return [Number(text.split(' ')[1]), /"code":"(\w+)"/.exec(text)?.[1]]
  }
  const host = `127.0.0.1:${demo.port}`
  const authorization = `Bearer ${demo.token}`
  for (const path of ['api/state', 'api/events', 'api/state?token=x', '/api/state', 'API/state'])
    assert.notEqual(((await status(path, { host })) as [number])[0], 200, path)
  assert.deepEqual(await status('api/state', { host }), [401, 'UNAUTHORIZED'])
  assert.deepEqual(await status('api/state', { host, authorization: `${authorization}x` }), [
    401,
    'UNAUTHORIZED',
  ])
  assert.deepEqual(await status('api/state', { host, authorization: 'Bearer' }), [401, 'UNAUTHORIZED'])
  const allowed = { host, authorization }
  assert.deepEqual(await status('api/state', allowed), [200, undefined])
  for (const origin of [
    'http://evil.example',
    'null',
    'http://127.0.0.1:1',
    `http://127.0.0.1.evil.example:${demo.port}`,
  ])
    assert.deepEqual(await status('api/state', { ...allowed, origin }), [403, 'FORBIDDEN'], origin)
  assert.deepEqual(await status('api/state', { ...allowed, origin: `http://${host}` }), [200, undefined])
  // As a browser behind Jupyter's proxy asks.
  const proxied = { authorization, host: 'localhost:8888', origin: 'http://localhost:8888' }
  assert.deepEqual(await status('api/state', proxied), [200, undefined])
  for (const name of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:80', ''])
    for (const path of ['', 'api/health', 'api/state'])
      assert.deepEqual(await status(path, { authorization, host: name }), [403, 'FORBIDDEN'], name)

  const hub = await start({ kosmos, token: null, allowedOrigins: ['https://hub.example.org'] })
  assert.equal(hub.url, `http://127.0.0.1:${hub.port}/`)
  const page = await raw(
    hub,
    'GET /api/state HTTP/1.1\r\nhost: hub.example.org\r\norigin: https://hub.example.org\r\nconnection: close\r\n\r\n',
  )
  assert.match(page, /^HTTP\/1\.1 200 /)
  assert.match(page, /frame-ancestors 'self' https:\/\/hub\.example\.org\r\n/)
})

test('no address opens a file that is not meant to be given out', async () => {
  for (const path of [
    '/../package.json',
    '/..%2f..%2fpackage.json',
    '/%2e%2e/package.json',
    '/examples/../package.json',
    '/examples/..%2f..%2fpackage.json',
    '/examples/%2fetc%2fpasswd',
    '/examples/held-out/',
    '/examples/held-out%2f0001.png',
    '/examples/',
    '/stickers/fluent.json',
    '/page.js%00',
    '/nothing',
    '/api/nothing',
  ]) {
    const text = await raw(demo, `GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n`)
    assert.match(text, /^HTTP\/1\.1 40[034] /, path)
    assert.match(text, /"code":"(NOT_FOUND|BAD_REQUEST|FORBIDDEN)"/, path)
  }
})

test('an upload that is too slow gets an answer, one that is cut off leaves the server well, and so does what is no HTTP', async () => {
  const head = `POST /api/pictures HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${demo.token}\r\ncontent-type: image/png\r\ncontent-length: 1000\r\n\r\n`
  const slow = raw(demo, `${head}abc`)
  const cut = connect(demo.port, '127.0.0.1')
  cut.write(`${head}abc`)
  cut.destroySoon()
  assert.match(await raw(demo, 'hello\r\n\r\n'), /^HTTP\/1\.1 400 [^]*"code":"BAD_REQUEST"/)
  assert.match(await slow, /^HTTP\/1\.1 408 [^]*"code":"TIMEOUT"/)
  assert.equal((await request(demo, 'api/health')).status, 200)
})

test('a queue that is full says when to try again; a forgotten picture says that it is to be uploaded again', async () => {
  const small = await start({ kosmos, limits: { queue: 1 } })
  const { id } = await upload(small, 'one')
  const slow: AnswerRequest = { picture: id, task: 'detail', settings: { num_beams: 5, max_new_tokens: 256 } }
  const stop = new AbortController()
  const [running, waiting] = [await ask(small, slow, stop), await ask(small, slow, stop)]
  const full = await ask(small, slow)
  assert.equal(full.headers.get('retry-after'), '1')
  assert.deepEqual(await refused(full), [429, 'QUEUE_FULL'])
  stop.abort()
  await Promise.allSettled([running.text(), waiting.text()])
  assert.deepEqual(await refused(await ask(small, { ...slow, picture: picture.id })), [
    404,
    'PICTURE_UNKNOWN',
  ])
})

test('an answer that takes too long ends with TIMEOUT', async () => {
  const hasty = await start({ kosmos, limits: { seconds: 1 } })
  const { id } = await upload(hasty, 'one')
  // Never ends by itself: every end is banned as it comes.
  const generate = kosmos.model.generate.bind(kosmos.model)
  kosmos.model.generate = ((all: object) =>
    generate({ ...all, eos_token_id: null } as never)) as typeof kosmos.model.generate
  const settings = { num_beams: 5, max_new_tokens: 256 }
  const last = (await allEvents(hasty, { picture: id, task: 'detail', settings })).at(-1)
  kosmos.model.generate = generate
  assert.ok(last?.event === 'failed')
  assert.equal(last.data.code, 'TIMEOUT')
  assert.match(last.data.message, /^Expected an answer within 1 seconds, but it takes longer/)
})

test('a demo that is closed in the middle ends answers with STOPPING, lets nobody in, and leaves the given model loaded', async () => {
  const closing = await start({ kosmos })
  const { id } = await upload(closing, 'one')
  const slow: AnswerRequest = { picture: id, task: 'detail', settings: { num_beams: 5, max_new_tokens: 256 } }
  const states = eventsOf(await request(closing, 'api/events'))
  const [running, waiting] = [eventsOf(await ask(closing, slow)), eventsOf(await ask(closing, slow))]
  for (const events of [states, running, waiting]) await events.next()
  const closed = closing.close()
  for (const events of [running, waiting]) {
    const rest = []
    for await (const { event, data } of events) rest.push([event, (data as { code?: string }).code])
    assert.deepEqual(rest.at(-1), ['failed', 'STOPPING'])
  }
  for await (const { event } of states) assert.fail(event)
  await closed
  await closing.close()
  await assert.rejects(fetch(closing.url), /fetch failed/)
  assert.match((await kosmos.caption(scene('one'), { max_new_tokens: 3 })).text, /^An image of/)
})

test('what cannot be started says why, and leaves nothing behind', async () => {
  const folder = temporaryFolder()
  const fails = async (options: DemoOptions, error: object): Promise<void> => {
    await assert.rejects(startDemo({ page: folder, ...options }), error)
  }
  await fails(
    { model: 'models/kosmos2-tiny' },
    { message: /^Expected the demo's page in .*`npm run build` makes it$/ },
  )
  await writeFile(join(folder, 'index.html'), '')
  await fails({ model: 'models/nothing-here' }, { name: 'CheckpointError' })
  await fails({}, { name: 'TypeError', message: /^Expected either kosmos, .* or model/ })
  await fails({ kosmos, port: 70_000 }, { name: 'RangeError', message: /integer from 0 to 65535 for port/ })
  await fails(
    { kosmos, port: demo.port },
    { name: 'RangeError', message: /^Expected a free port, but \d+ .* in use/ },
  )
  await fails({ kosmos, loadedModels: 1 }, { name: 'RangeError', message: /integer from 2 for loadedModels/ })
  await fails({ kosmos, token: 'short' }, { name: 'RangeError', message: /at least 8 .* '\(not shown\)'/ })
  await fails(
    { kosmos, allowedOrigins: ['hub.example.org'] },
    { name: 'TypeError', message: /for allowedOrigins/ },
  )
  await fails(
    { kosmos, limits: { queues: 1 } as never },
    { name: 'TypeError', message: /^Unknown option 'queues' for limits/ },
  )
  await mkdir(join(folder, 'pictures'))
  await writeFile(join(folder, 'pictures', 'a.png'), 'none')
  await fails(
    { kosmos, examples: join(folder, 'pictures') },
    { name: 'ImageError', message: /but a\.png cannot be read/ },
  )
  await fails({ kosmos, signal: AbortSignal.abort(new Error('no')) }, { message: 'no' })
})

test('a model that cannot be loaded says why in its entry and to who asks; the others go on', async () => {
  const folder = join(temporaryFolder(), 'kosmos2-tiny')
  await cp('models/kosmos2-tiny', folder, { recursive: true })
  const broken = await start({ model: folder })
  const { id } = await upload(broken, 'one')
  const body: AnswerRequest = { picture: id, task: 'caption', settings: { max_new_tokens: 3 } }
  await answerTo(broken, body)
  await rm(join(folder, 'model.safetensors'))
  const last = (await allEvents(broken, { ...body, model: 'int8@CPU' })).at(-1)
  assert.ok(last?.event === 'failed')
  assert.equal(last.data.code, 'MODEL_FAILED')
  const { models } = (await (await request(broken, 'api/state')).json()) as {
    models: { id: string; state: string; message?: string }[]
  }
  const entry = models.find((one) => one.id === 'int8@CPU')
  assert.deepEqual([entry?.state, entry?.message], ['failed', last.data.message])
  await answerTo(broken, body)
})
