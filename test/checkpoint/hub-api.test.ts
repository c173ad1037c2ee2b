import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { resolveCheckpoint } from '../../src/checkpoint/hub.ts'
import { startHub } from './hub-server.ts'
import { expectRefusal, NAME, setEnvironment, setUp, tinyFiles, weights } from './hub-setup.ts'

test('the token goes to the hub and not to the storage that it sends to', async (t) => {
  const { hub } = await setUp(t)
  const storage = await startHub(t, tinyFiles)
  hub.redirectTo = storage.endpoint.replace('127.0.0.1', 'localhost')
  setEnvironment(t, { HF_TOKEN: 'secret' })
  const folder = await resolveCheckpoint(NAME)
  assert.deepEqual(readFileSync(join(folder, 'model.safetensors')), weights)
  assert.ok(hub.requests.length > 0 && storage.requests.length > 0)
  for (const { authorization } of hub.requests) assert.equal(authorization, 'Bearer secret')
  for (const { authorization } of storage.requests) assert.equal(authorization, undefined)
})

test('a name that is not there, is gated, or has no such revision says what to do', async (t) => {
  const { hub } = await setUp(t)
  await expectRefusal(
    'someone/else',
    {},
    'NOT_FOUND',
    /someone\/else: neither a folder here nor, with revision 'main', a repository at http.*404.*Repository not found. URL: http/,
  )
  await expectRefusal(NAME, { revision: 'v9' }, 'NOT_FOUND', /with revision 'v9'/)
  for (const status of [401, 403]) {
    hub.answers.splice(0, 1, { path: /^\/api\//, status, body: '{"error": "Access is restricted"}' })
    await expectRefusal(
      NAME,
      {},
      'NOT_FOUND',
      new RegExp(`not open to everyone \\(${status}: .*Access is restricted.*HF_TOKEN`),
    )
  }
  // A gated repository lists its files for everyone.
  hub.answers.splice(0, 1, { path: /resolve/, status: 401, body: '' })
  await expectRefusal(NAME, {}, 'NOT_FOUND', /resolve\/.* the server answered 401; for a gated .* HF_TOKEN/)
  hub.answers.length = 0
  hub.files.delete('model.safetensors')
  await expectRefusal(
    NAME,
    {},
    'NOT_A_CHECKPOINT',
    /has no model\.safetensors or model\.safetensors\.index\.json/,
  )
  hub.files.delete('config.json')
  await expectRefusal(NAME, {}, 'NOT_A_CHECKPOINT', /has no config\.json at revision 'main'/)
})

test('a hub that cannot be reached leaves the cache, with a warning, and is an error without it', async (t) => {
  const { hub } = await setUp(t)
  const warnings: string[] = []
  t.mock.method(process, 'emitWarning', (message: string) => warnings.push(message))
  const folder = await resolveCheckpoint(NAME)
  hub.answers.push({ path: /^\/api\//, status: 503, body: '{"error": "busy"}' })
  assert.equal(await resolveCheckpoint(NAME), folder)
  await hub.close()
  assert.equal(await resolveCheckpoint(NAME), folder)
  assert.match(
    warnings.join('\n'),
    /no usable answer from the hub at .*: .*busy.*; using what is in the cache: .*\n.*no usable answer from the hub at .*: (connect ECONNREFUSED|other side closed)/,
  )
  await expectRefusal(
    'someone/other',
    {},
    'DOWNLOAD_FAILED',
    /someone\/other: no usable answer from the hub at .*: (connect ECONNREFUSED|other side closed)/,
  )
})

test('a listing with paths, sizes or hashes that cannot be is refused before anything is written', async (t) => {
  const { hub, cache } = await setUp(t)
  const lists: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{ path: '../../evil.json' }, /at most once in the answer of .*, but found '\.\.\/\.\.\/evil\.json'/],
    [{ path: 'model.safetensors' }, /at most once/],
    [{ oid: '../'.padEnd(40, 'x') }, /expected a hash of config\.json with 40 hexadecimal digits/],
    [
      { oid: '../../../evil' },
      /expected a hash of config\.json with 40 hexadecimal digits .*, but found '\.\.\/\.\.\/\.\.\/evil'/,
    ],
    [
      { lfs: { oid: 'ab', size: 3 } },
      /expected a hash of config\.json with 64 hexadecimal digits .*, but found 'ab'/,
    ],
    [{ size: -1 }, /expected a size of config\.json from 0 to 1073741824 .*, but found -1/],
    [{ size: 1e12 }, /expected a size of config\.json/],
    [{ size: '7' }, /expected a size of config\.json .*, but found '7'/],
  ]
  for (const [change, message] of lists) {
    hub.changeListing = (entries) =>
      entries.map((entry) => (entry['path'] === 'config.json' ? { ...entry, ...change } : entry))
    await expectRefusal(NAME, {}, 'DOWNLOAD_FAILED', message)
  }
  hub.answers.push({ path: /revision/, status: 200, body: '{"sha": "../evil"}' })
  await expectRefusal(
    NAME,
    {},
    'DOWNLOAD_FAILED',
    /a commit of 40 hexadecimal digits in the answer of .*, but found '\.\.\/evil'/,
  )
  hub.answers[0] = { path: /revision/, status: 200, body: ' '.repeat(17_000_000) }
  await expectRefusal(NAME, {}, 'DOWNLOAD_FAILED', /an answer of at most 16777216 bytes, but more came/)
  assert.deepEqual(readdirSync(cache), [])
})
