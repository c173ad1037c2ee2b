// The runtime comes into the cache whole or not at all, from a file, an address or pip.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { fetchFrom, fetchRuntime, type FetchRuntimeOptions } from '../../src/openvino/fetch-runtime.ts'
import { runtimeWheels } from '../../src/openvino/runtime-wheels.ts'
import { makeWheel } from './make-wheel.ts'

const wheel = makeWheel()
/** As if OpenVINO had published this small wheel. */
const published = {
  platform: 'manylinux_2_28_x86_64',
  hashes: { cp312: createHash('sha256').update(wheel).digest('hex') },
}
const name = 'openvino-2026.4.1-cp312-cp312-manylinux_2_28_x86_64.whl'

async function setting(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'kosmos2 runtime '))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'wheels', name)
  await mkdir(join(folder, 'wheels'))
  await writeFile(path, wheel)
  const cacheFolder = join(folder, 'cache')
  const fetch = (options: FetchRuntimeOptions = {}) =>
    fetchFrom(published, { wheel: path, cacheFolder, ...options })
  return { folder, path, cacheFolder, runtime: join(cacheFolder, 'openvino-2026.4.1'), fetch }
}

test('a runtime is fetched once, kept while it is whole, and fetched again when it is damaged', async (t) => {
  const { runtime, cacheFolder, fetch } = await setting(t)
  assert.deepEqual(await fetch(), { folder: runtime, version: '2026.4.1', isReused: false })
  assert.deepEqual(await readdir(cacheFolder), ['openvino-2026.4.1'])
  assert.deepEqual((await readdir(runtime)).sort(), ['kosmos2-runtime.json', 'libs', 'licenses'])

  // It is not even looked for.
  assert.equal((await fetch({ wheel: 'gone.whl' })).isReused, true)

  const library = join(runtime, 'libs', 'libopenvino_c.so.2641')
  for (const damage of [
    () => writeFile(library, 'its C functionz'),
    () => rm(library),
    () => rm(join(runtime, 'kosmos2-runtime.json')),
  ]) {
    await damage()
    assert.equal((await fetch()).isReused, false)
    assert.equal((await fetch()).isReused, true)
  }
})

test('several processes may fetch it at once, and what a killed one left is cleared away after an hour', async (t) => {
  const { cacheFolder, fetch } = await setting(t)
  const [old, fresh] = ['.openvino-2026.4.1-old', '.openvino-2026.4.1-fresh'].map((one) =>
    join(cacheFolder, one),
  )
  await mkdir(old!, { recursive: true })
  await mkdir(fresh!)
  const hoursAgo = new Date(Date.now() - 2 * 3600 * 1000)
  await utimes(old!, hoursAgo, hoursAgo)
  const fetched = await Promise.all([fetch(), fetch(), fetch()])
  assert.equal(new Set(fetched.map(({ folder }) => folder)).size, 1)
  assert.deepEqual((await readdir(cacheFolder)).sort(), ['.openvino-2026.4.1-fresh', 'openvino-2026.4.1'])
  assert.equal((await fetch()).isReused, true)
})

test('another file than the published wheel is refused with both hashes, and nothing is left of it', async (t) => {
  const { path, cacheFolder, fetch } = await setting(t)
  await writeFile(path, Buffer.concat([wheel, Buffer.from(' ')]))
  await assert.rejects(fetch(), {
    code: 'HASH_MISMATCH',
    message: new RegExp(
      `Expected the wheel of openvino 2026\\.4\\.1 for manylinux_2_28_x86_64[^]*cp312 +${published.hashes.cp312}`,
    ),
  })
  await assert.rejects(fetchRuntime({ wheel: path, cacheFolder }), { code: 'HASH_MISMATCH' })
  await assert.rejects(fetch({ wheel: join(path, '..', 'other.whl') }), {
    code: 'DOWNLOAD_FAILED',
    message: /there is no such file/,
  })
  assert.deepEqual(await readdir(cacheFolder), [])
})

test('an address is downloaded with progress; what the server does wrong is said', async (t) => {
  const { cacheFolder, runtime, fetch } = await setting(t)
  const server = createServer((request, response) => {
    if (request.url === '/good.whl') response.setHeader('content-length', wheel.length).end(wheel)
    else if (request.url === '/short.whl') {
      response.setHeader('content-length', wheel.length).write(wheel.subarray(0, 100))
      setTimeout(() => response.destroy(), 20)
    } else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  await assert.rejects(fetch({ wheel: `${address}/none.whl` }), {
    code: 'DOWNLOAD_FAILED',
    message: /none\.whl: the server answers 404; check/,
  })
  await assert.rejects(fetch({ wheel: `${address}/short.whl` }), {
    code: 'DOWNLOAD_FAILED',
    message: /short\.whl: /,
  })
  assert.deepEqual(await readdir(cacheFolder), [])
  const seen: string[] = []
  await fetch({
    wheel: `${address}/good.whl`,
    onProgress: ({ step, loaded, total }) => seen.push(`${step} ${loaded ?? ''}/${total ?? ''}`),
  })
  assert.equal(seen[0], 'check /')
  assert.ok(seen.includes(`download ${wheel.length}/${wheel.length}`))
  assert.equal(seen.at(-1), 'unpack 1219/1219')
  assert.ok((await stat(runtime)).isDirectory())
})

test('an abort at any step leaves nothing behind', async (t) => {
  const { cacheFolder, fetch } = await setting(t)
  for (const at of ['check', 'unpack'] as const) {
    const stop = new AbortController()
    const onProgress = ({ step }: { step: string }): void => {
      if (step === at) stop.abort(new Error('enough'))
    }
    await assert.rejects(fetch({ onProgress, signal: stop.signal }), /^Error: enough$/)
    assert.deepEqual(await readdir(cacheFolder).catch(() => []), [])
  }
})

test("the user's own pip downloads the wheel, by its own settings, and checks the hash", async (t) => {
  const { folder, cacheFolder, runtime, fetch } = await setting(t)
  const before = { ...process.env }
  t.after(() => {
    process.env = before
  })
  Object.assign(process.env, {
    PIP_NO_INDEX: '1',
    PIP_FIND_LINKS: pathToFileURL(join(folder, 'wheels')).href,
    PIP_REQUIRE_VIRTUALENV: '1', // it is nothing that is installed
  })
  await assert.rejects(fetchFrom({ ...published, hashes: { cp312: '0'.repeat(64) } }, { cacheFolder }), {
    code: 'HASH_MISMATCH',
    message: /is not what was published: [^]*--wheel/,
  })
  const { isReused } = await fetch({ wheel: undefined })
  assert.equal(isReused, false)
  assert.ok((await stat(runtime)).isDirectory())

  await rm(runtime, { recursive: true })
  process.env['PIP_FIND_LINKS'] = ''
  await assert.rejects(fetch({ wheel: undefined }), {
    code: 'DOWNLOAD_FAILED',
    message: /^pip cannot download openvino 2026\.4\.1; check the network[^]*It said:\nERROR: /,
  })
  process.env['PATH'] = ''
  await assert.rejects(fetch({ wheel: undefined }), {
    code: 'DOWNLOAD_FAILED',
    message: /there is no pip \(tried python3 -m pip, [^]*--wheel/,
  })
  assert.deepEqual(await readdir(cacheFolder), [])
})

test('there is a wheel for each system that OpenVINO supports, and an answer for the others', () => {
  const glibc = () => true
  for (const system of ['linux-x64', 'linux-arm64', 'darwin-arm64', 'win32-x64'])
    assert.match(
      Object.values(runtimeWheels(system, glibc).hashes).join(),
      /^([0-9a-f]{64},){4}[0-9a-f]{64}$/,
    )
  assert.throws(() => runtimeWheels('freebsd-x64', glibc), {
    code: 'WRONG_PLATFORM',
    message: /for freebsd-x64, only for linux-x64, /,
  })
  assert.throws(() => runtimeWheels('linux-x64', () => false), {
    code: 'WRONG_PLATFORM',
    message: /need glibc/,
  })
})
