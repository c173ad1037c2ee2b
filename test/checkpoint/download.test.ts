import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { downloadFile, type RemoteFile } from '../../src/checkpoint/download.ts'
import { sha256, startHub, type HubServer } from './hub-server.ts'
import { temporaryFolder } from './make-safetensors.ts'

const content = Uint8Array.from({ length: 5_000_000 }, (_, i) => (i * 7919) >> 8)
const quick = { fetch, retryDelay: 1 }

test('many cuts with progress between them are survived', async (t) => {
  const { hub, file, path } = await setUp(t)
  hub.cuts.set('data', [1_200_000, 100, 1_200_000, 0, 10, 20, 1_200_000, 30])
  await downloadFile(path, file, quick)
  assert.deepEqual(readFileSync(path), Buffer.from(content))
  assert.equal(hub.requests.length, 9)
})

test('five attempts without progress end the download, and what came is kept for the next', async (t) => {
  const { hub, file, path } = await setUp(t)
  hub.cuts.set('data', [1000, 1000, 1000, 1000, 1000])
  await assert.rejects(downloadFile(path, file, quick), {
    code: 'DOWNLOAD_FAILED',
    message:
      /data: the (connection was cut|answer ended) after 5000 of 5000000 bytes, after 5 attempts; what came is kept/,
  })
  assert.deepEqual(readFileSync(`${path}.incomplete`), Buffer.from(content.subarray(0, 5000)))
  assert.ok(!existsSync(path))
  await downloadFile(path, file, quick)
  assert.equal(hub.requests.at(-1)!.range, 'bytes=5000-')
  assert.deepEqual(readFileSync(path), Buffer.from(content))
})

test("the server's own trouble is waited for, a refusal is not", async (t) => {
  const { hub, file, path } = await setUp(t)
  const rule = { path: /storage/, status: 503, body: 'busy' }
  hub.answers.push(rule)
  const busyTwice: typeof fetch = async (...request) => {
    if (hub.requests.length === 2) hub.answers.length = 0
    return fetch(...request)
  }
  await downloadFile(path, file, { fetch: busyTwice, retryDelay: 1 })
  assert.equal(hub.requests.length, 3)
  for (const [status, code] of [
    [404, 'NOT_FOUND'],
    [403, 'NOT_FOUND'],
    [416, 'DOWNLOAD_FAILED'],
  ] as const) {
    hub.answers.splice(0, 1, { ...rule, status })
    hub.requests.length = 0
    const answered = { code, message: new RegExp(`storage/data: the server answered ${status}`) }
    await assert.rejects(downloadFile(`${path}${status}`, file, quick), answered)
    assert.equal(hub.requests.length, 1)
  }
})

test('an answer to another range than the one asked for is refused', async (t) => {
  const { file, path } = await setUp(t)
  writeFileSync(`${path}.incomplete`, content.subarray(0, 1000))
  for (const range of ['bytes 999-4999999/5000000', 'bytes 1000-5999999/6000000', 'none']) {
    const answer = () =>
      Promise.resolve(new Response('x', { status: 206, headers: { 'content-range': range } }))
    await assert.rejects(downloadFile(path, file, { fetch: answer, retryDelay: 1 }), {
      code: 'DOWNLOAD_FAILED',
      message: new RegExp(`asked for the bytes from 1000 of 5000000, but the server sent '${range}'`),
    })
  }
})

test('an abort ends the wait between two attempts with its own reason', async (t) => {
  const { file, path, hub } = await setUp(t)
  await hub.close()
  const controller = new AbortController()
  const reason = new Error('enough')
  const failing: typeof fetch = async (...request) => {
    setTimeout(() => {
      controller.abort(reason)
    }, 10)
    return fetch(...request)
  }
  await assert.rejects(
    downloadFile(path, file, { fetch: failing, signal: controller.signal, retryDelay: 3_600_000 }),
    reason,
  )
})

async function setUp(t: TestContext): Promise<{ hub: HubServer; file: RemoteFile; path: string }> {
  const hub = await startHub(t, { data: content })
  const hash = { algorithm: 'sha256', digest: sha256(content) } as const
  const file = { url: `${hub.endpoint}/storage/data`, size: content.byteLength, hash }
  return { hub, file, path: join(temporaryFolder(t), 'blob') }
}
