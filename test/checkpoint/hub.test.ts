import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openCheckpoint } from '../../src/checkpoint/checkpoint.ts'
import { Kosmos2Config } from '../../src/checkpoint/config.ts'
import { resolveCheckpoint, type DownloadProgress, type ResolveOptions } from '../../src/checkpoint/hub.ts'
import { gitHash, isLfs, sha256, type HubServer } from './hub-server.ts'
import { expectRefusal, NAME, setEnvironment, setUp, tiny, tinyFiles, weights } from './hub-setup.ts'
import { safetensorsFile, temporaryFile } from './make-safetensors.ts'

test('a name on the hub becomes a folder in the cache that opens as a checkpoint', async (t) => {
  const { hub, cache } = await setUp(t)
  const progress: DownloadProgress[] = []
  const folder = await resolveCheckpoint(NAME, { onProgress: (report) => progress.push(report) })

  const repository = join(cache, 'models--someone--kosmos2-tiny')
  assert.equal(folder, join(repository, 'snapshots', hub.commit))
  assert.equal(readFileSync(join(repository, 'refs/main'), 'utf8'), hub.commit)
  assert.deepEqual(readdirSync(folder).sort(), Object.keys(tinyFiles).sort())
  for (const [name, content] of Object.entries(tinyFiles)) {
    assert.deepEqual(readFileSync(join(folder, name)), content)
    const hash = isLfs(name) ? sha256(content) : gitHash(content)
    assert.equal(readlinkSync(join(folder, name)), join('../../blobs', hash))
  }
  assert.equal(readdirSync(join(repository, 'blobs')).length, Object.keys(tinyFiles).length)

  const total = Object.values(tinyFiles).reduce((sum, { byteLength }) => sum + byteLength, 0)
  assert.deepEqual(progress.at(-1), {
    file: 'model.safetensors',
    fileLoaded: weights.byteLength,
    fileTotal: weights.byteLength,
    loaded: total,
    total,
  })
  for (const [i, { loaded }] of progress.entries()) assert.ok(loaded >= (progress[i - 1]?.loaded ?? 0))

  const checkpoint = await openCheckpoint(folder)
  assert.equal(checkpoint.tensor(checkpoint.lmHead).realPath, realpathSync(join(folder, 'model.safetensors')))
  await checkpoint.close()
})

test('what is in the cache is not loaded again, and nothing that is not needed', async (t) => {
  const { hub } = await setUp(t)
  const loaded = (): string[] =>
    hub.requests
      .splice(0)
      .flatMap(({ path }) => (path.includes('/resolve/') ? [path.split('/').at(-1)!] : []))
  assert.deepEqual(
    (await Kosmos2Config.from_pretrained(NAME)).toJSON(),
    (await Kosmos2Config.from_pretrained(tiny)).toJSON(),
  )
  assert.deepEqual(loaded(), ['config.json'])
  const folder = await resolveCheckpoint(NAME, {}, 'processor')
  assert.ok(!existsSync(join(folder, 'model.safetensors')))
  assert.deepEqual(
    ['config.json', ...loaded()].sort(),
    Object.keys(tinyFiles)
      .filter((name) => !isLfs(name))
      .sort(),
  )
  assert.equal(await resolveCheckpoint(NAME), folder)
  assert.deepEqual(loaded(), ['box_refiner.safetensors', 'model.safetensors'])
  assert.equal(await resolveCheckpoint(NAME), folder)
  assert.deepEqual(loaded(), [])

  // As huggingface_hub leaves it where there are no links: the file itself in the snapshot, and no blob.
  renameSync(realpathSync(join(folder, 'model.safetensors')), join(folder, 'model.safetensors'))
  assert.equal(await resolveCheckpoint(NAME), folder)
  assert.deepEqual(loaded(), [])
})

test('a cut connection is continued where it broke, within a call and in the next one', async (t) => {
  const { hub, cache } = await setUp(t)
  hub.cuts.set('model.safetensors', [3_000_000])
  const folder = await resolveCheckpoint(NAME)
  const [first, second, ...more] = weightRequests(hub)
  assert.deepEqual([first!.range, more], [undefined, []])
  assertContinues(second!.range)
  assert.deepEqual(readFileSync(join(folder, 'model.safetensors')), weights)

  const again = await setUp(t)
  const controller = new AbortController()
  const reason = new Error('the user pressed stop')
  const onProgress = ({ file, fileLoaded }: DownloadProgress): void => {
    if (file === 'model.safetensors' && fileLoaded > 2_000_000) controller.abort(reason)
  }
  await assert.rejects(resolveCheckpoint(NAME, { signal: controller.signal, onProgress }), reason)
  assert.ok(!existsSync(join(again.cache, 'models--someone--kosmos2-tiny/snapshots')))
  assert.ok(!existsSync(join(again.cache, 'models--someone--kosmos2-tiny/refs')))
  const resumed = await resolveCheckpoint(NAME)
  assertContinues(weightRequests(again.hub).at(-1)!.range)
  assert.deepEqual(readFileSync(join(resumed, 'model.safetensors')), weights)
  assert.notEqual(again.cache, cache)

  function assertContinues(range: string | undefined): void {
    const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1])
    assert.ok(
      start > 0 && start < weights.byteLength,
      `expected a range inside the file, but it was ${String(range)}`,
    )
  }
})

test('a server without ranges sends the file anew, and it is whole all the same', async (t) => {
  const { hub } = await setUp(t)
  hub.ranges = false
  hub.cuts.set('model.safetensors', [3_000_000])
  const folder = await resolveCheckpoint(NAME)
  assert.match(weightRequests(hub)[1]!.range!, /^bytes=\d+-$/)
  assert.deepEqual(readFileSync(join(folder, 'model.safetensors')), weights)
})

test('an incomplete file with wrong bytes in it is loaded anew', async (t) => {
  const { cache } = await setUp(t)
  const blobs = join(cache, 'models--someone--kosmos2-tiny/blobs')
  mkdirSync(blobs, { recursive: true })
  writeFileSync(join(blobs, `${sha256(weights)}.incomplete`), Buffer.alloc(1000, 7))
  writeFileSync(join(blobs, `${gitHash(tinyFiles['config.json']!)}.incomplete`), Buffer.alloc(1_000_000))
  const folder = await resolveCheckpoint(NAME)
  for (const name of ['config.json', 'model.safetensors'])
    assert.deepEqual(readFileSync(join(folder, name)), tinyFiles[name])
})

test('bytes that are not what was announced are refused and nothing of them stays', async (t) => {
  for (const name of ['model.safetensors', 'tokenizer.json']) {
    const { hub, cache } = await setUp(t)
    const bytes = Uint8Array.from(tinyFiles[name]!)
    bytes[bytes.length >> 1]! ^= 1
    hub.corrupted.set(name, bytes)
    await assert.rejects(resolveCheckpoint(NAME), {
      code: 'HASH_MISMATCH',
      message: new RegExp(
        `${name}: expected ${isLfs(name) ? 'sha256' : 'git-sha1'} [0-9a-f]+, but what came has [0-9a-f]+; it was deleted`,
      ),
    })
    const repository = join(cache, 'models--someone--kosmos2-tiny')
    assert.ok(!existsSync(join(repository, 'snapshots')))
    assert.deepEqual(
      readdirSync(join(repository, 'blobs')).filter((blob) => blob.endsWith('.incomplete')),
      [],
    )
    hub.corrupted.clear()
    assert.deepEqual(readFileSync(join(await resolveCheckpoint(NAME), name)), tinyFiles[name])
  }
})

test('a server that sends more than it announced is stopped', async (t) => {
  const { hub } = await setUp(t)
  hub.corrupted.set('config.json', Buffer.alloc(100_000))
  await assert.rejects(resolveCheckpoint(NAME), {
    code: 'DOWNLOAD_FAILED',
    message: new RegExp(
      `config\\.json: expected ${tinyFiles['config.json']!.byteLength} bytes, but the server sends more`,
    ),
  })
})

test('two downloads at once end with the same good files', async (t) => {
  const { cache } = await setUp(t)
  const folders = await Promise.all([resolveCheckpoint(NAME), resolveCheckpoint(NAME)])
  assert.equal(folders[0], folders[1])
  const blobs = readdirSync(join(cache, 'models--someone--kosmos2-tiny/blobs'))
  assert.ok(
    blobs.every((name) => /^[0-9a-f]+$/.test(name)),
    `unexpected in ${blobs.join(', ')}`,
  )
  for (const [name, content] of Object.entries(tinyFiles))
    assert.deepEqual(readFileSync(join(folders[0], name)), content)
})

test('weights in several files are loaded with their index', async (t) => {
  const part = (value: number) =>
    safetensorsFile({ [`t${value}`]: { dtype: 'U8', shape: [4], bytes: new Uint8Array(4).fill(value) } })
  const weight_map = { t1: 'model-1.safetensors', t2: 'model-2.safetensors' }
  const index = { 'model.safetensors.index.json': Buffer.from(JSON.stringify({ weight_map })) }
  const { 'config.json': config } = tinyFiles
  const { hub } = await setUp(t, {
    'config.json': config!,
    ...index,
    'model-1.safetensors': part(1),
    'model-2.safetensors': part(2),
  })
  const folder = await resolveCheckpoint(NAME)
  assert.deepEqual(readdirSync(folder).sort(), [...hub.files.keys()].sort())
  await hub.close()
  assert.equal(await resolveCheckpoint(NAME, { local_files_only: true }), folder)
  rmSync(join(folder, 'model-2.safetensors'))
  await expectRefusal(
    NAME,
    { local_files_only: true },
    'OFFLINE',
    /revision 'main' is not complete in the cache/,
  )

  const incomplete = await setUp(t, { 'config.json': config!, ...index, 'model-1.safetensors': part(1) })
  await assert.rejects(resolveCheckpoint(NAME), {
    code: 'NOT_A_CHECKPOINT',
    message: /has no model-2\.safetensors at revision 'main'/,
  })
  const outside = Buffer.from('{"weight_map": {"t1": "../../outside.safetensors"}}')
  incomplete.hub.files.set('model.safetensors.index.json', outside)
  await assert.rejects(resolveCheckpoint(NAME), {
    code: 'BAD_CONFIG',
    message: /in the same folder for 't1'/,
  })
})

test('what is no folder and no name is refused without asking anyone', async (t) => {
  const { hub } = await setUp(t)
  await expectRefusal(
    './missing',
    {},
    'NOT_FOUND',
    /\.\/missing: there is no such folder, and it is no name on the hub/,
  )
  for (const name of [
    'a/b/c',
    'a/../b',
    '-a/b',
    'a/b.',
    'a--b/c',
    'noslash',
    'a\\b/c',
    '',
    `a/${'b'.repeat(95)}`,
  ])
    await expectRefusal(name, {}, 'NOT_FOUND', /no such folder, and it is no name on the hub/)
  for (const revision of ['../main', 'a/../b', '/main', '', 'a b'])
    await expectRefusal(NAME, { revision }, 'NOT_FOUND', /is no name of a branch, tag or commit/)
  await expectRefusal(
    temporaryFile(t, 'model.safetensors', ''),
    {},
    'NOT_FOUND',
    /expected a folder, but this is a file/,
  )
  await assert.rejects(
    resolveCheckpoint(NAME, { cacheDir: '/x' } as ResolveOptions),
    /Unknown option 'cacheDir' for a checkpoint; its options are revision, cache_dir/,
  )
  assert.deepEqual(hub.requests, [])
})

test('a cache that cannot be written and an address that is none are named', async (t) => {
  await setUp(t)
  const file = temporaryFile(t, 'file', '')
  const cache_dir = join(file, 'cache')
  await expectRefusal(
    NAME,
    { cache_dir },
    'DOWNLOAD_FAILED',
    /cannot write to the cache at .*file\/cache: ENOTDIR.*; make room/,
  )
  setEnvironment(t, { HF_ENDPOINT: 'ftp://example.org' })
  await expectRefusal(NAME, {}, 'NOT_FOUND', /an http or https address in HF_ENDPOINT, but found 'ftp:/)
})

test('a folder is returned as it is', async () => {
  assert.equal(await resolveCheckpoint(tiny), tiny)
})

test('offline the cache has to do, by branch and by commit', async (t) => {
  const { hub, cache } = await setUp(t)
  setEnvironment(t, { HF_HUB_OFFLINE: '1' })
  await expectRefusal(
    NAME,
    {},
    'OFFLINE',
    /revision 'main' is not complete in the cache at .*; let it be downloaded once without HF_HUB_OFFLINE/,
  )
  setEnvironment(t, { HF_HUB_OFFLINE: undefined })
  await expectRefusal(
    NAME,
    { local_files_only: true },
    'OFFLINE',
    /without HF_HUB_OFFLINE and local_files_only/,
  )
  assert.deepEqual(hub.requests, [])
  const folder = await resolveCheckpoint(NAME)
  hub.requests.length = 0
  setEnvironment(t, { HF_HUB_OFFLINE: 'yes' })
  assert.equal(await resolveCheckpoint(NAME), folder)
  assert.equal(await resolveCheckpoint(NAME, { revision: hub.commit }), folder)
  await expectRefusal(NAME, { revision: 'v1' }, 'OFFLINE', /revision 'v1' is not complete/)
  await expectRefusal(NAME, { cache_dir: join(cache, 'elsewhere') }, 'OFFLINE', /elsewhere/)
  assert.deepEqual(hub.requests, [])
})

function weightRequests(hub: HubServer): HubServer['requests'] {
  return hub.requests.filter(({ path }) => path.endsWith('/model.safetensors'))
}
