// A demo for tests, and a client of it that does what the page does.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { AnswerEvent, AnswerRequest, FinishedAnswer, Picture, Problem } from '../../src/demo/api.ts'
import { type Demo, type DemoOptions, startDemo } from '../../src/demo/start-demo.ts'

export const scene = (name: string): string => join('data', 'scenes', `${name}.png`)

/** A folder that goes when the test file ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kosmos2-demo-'))
  after(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

/** Starts a demo, which is closed when the test file ends. Faults of the server itself fail the test. */
export async function start(options: DemoOptions): Promise<Demo> {
  const page = temporaryFolder()
  writeFileSync(join(page, 'index.html'), '<!doctype html><title>The page</title>')
  const faults: unknown[] = []
  const demo = await startDemo({ page, onError: (error) => faults.push(error), ...options })
  after(async () => {
    await demo.close()
    assert.deepEqual(faults, [])
  })
  return demo
}

/** Sends a request with the token. */
export function request(demo: Demo, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers)
  if (!headers.has('authorization') && demo.token !== null)
    headers.set('authorization', `Bearer ${demo.token}`)
  return fetch(new URL(path, demo.url), { ...init, headers })
}

/** Sends JSON. */
export const post = (demo: Demo, path: string, body: unknown, init: RequestInit = {}): Promise<Response> =>
  request(demo, path, {
    ...init,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(init.headers as Record<string, string>) },
    body: JSON.stringify(body),
  })

/** Uploads a picture's bytes. */
export const uploadBytes = (demo: Demo, body: Uint8Array<ArrayBuffer> | string): Promise<Response> =>
  request(demo, 'api/pictures', {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body,
  })

/** Uploads a scene. */
export async function upload(demo: Demo, name: string): Promise<Picture> {
  const response = await uploadBytes(demo, new Uint8Array(await readFile(scene(name))))
  assert.equal(response.status, 201)
  return (await response.json()) as Picture
}

/** What is asserted of a refusal: status and code; its message is for people, and there. */
export async function refused(response: Response): Promise<[status: number, code: string]> {
  const { code, message, ...rest } = (await response.json()) as Problem
  assert.deepEqual(rest, {})
  assert.match(message, /^(Expected|The|Too|There|Unknown) .{10}/)
  return [response.status, code]
}

/** The events of a stream as they come. */
export async function* eventsOf(response: Response): AsyncGenerator<AnswerEvent> {
  assert.equal(response.status, 200, response.status === 200 ? '' : await response.clone().text())
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8')
  let text = ''
  for await (const bytes of response.body!.pipeThrough(new TextDecoderStream())) {
    text += bytes
    const parts = text.split('\n\n')
    text = parts.pop()!
    for (const part of parts) {
      const match = /^event: (\w+)\ndata: ([^\n]*)$/.exec(part)
      if (match === null) continue
      yield { event: match[1], data: JSON.parse(match[2]!) as unknown } as AnswerEvent
    }
  }
}

/** Asks, as one client of many. */
export const ask = (
  demo: Demo,
  body: AnswerRequest,
  { client = 'a-client', signal }: { client?: string; signal?: AbortSignal } = {},
): Promise<Response> =>
  post(demo, 'api/answers', body, { headers: { 'x-client': client }, signal: signal ?? null })

/** Asks, and waits for all events. */
export async function allEvents(demo: Demo, body: AnswerRequest): Promise<AnswerEvent[]> {
  const events: AnswerEvent[] = []
  for await (const event of eventsOf(await ask(demo, body))) events.push(event)
  return events
}

/** Asks, and waits for the answer. */
export async function answerTo(demo: Demo, body: AnswerRequest): Promise<FinishedAnswer> {
  const last = (await allEvents(demo, body)).at(-1)
  assert.equal(last?.event, 'answer', JSON.stringify(last))
  return last.data
}
