import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type CompileKey, withCompileCache } from '../../src/compiled/compile-cache.ts'

const part = (bin: string) => ({ hashes: { xml: 'x', bin } }) as CompileKey['ir']['parts']['vision']
const key: CompileKey = {
  ir: { folder: 'models/kosmos2-tiny', parts: { vision: part('a'), projection: part('b'), text: part('c') } },
  version: '2026.4.1',
  device: 'CPU',
  properties: { PERFORMANCE_HINT: 'LATENCY' },
}

function temporary(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'kosmos2-compile-cache-'))
  t.after(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

/** Compiles as OpenVINO would: writes into an empty cache. @returns whether the cache had what is needed */
function compile(folder: string, of: Partial<CompileKey> = {}): Promise<boolean> {
  return withCompileCache(folder, { ...key, ...of }, (properties) => {
    const cache = properties['CACHE_DIR'] as string
    const isThere = readdirSync(cache).includes('1.blob')
    if (!isThere) writeFileSync(join(cache, '1.blob'), 'compiled')
    return Promise.resolve(isThere)
  })
}

test('what was compiled once is found by the same key, and by no other', async (t) => {
  const folder = temporary(t)
  assert.equal(await compile(folder), false)
  assert.equal(await compile(folder), true)
  const others: Partial<CompileKey>[] = [
    { version: '2026.4.2' },
    { device: 'AUTO' },
    { properties: {} },
    { ir: { ...key.ir, parts: { ...key.ir.parts, text: part('d') } } },
    { ir: { ...key.ir, folder: '.' } },
  ]
  for (const other of others) assert.equal(await compile(folder, other), false, JSON.stringify(other))
  assert.equal(readdirSync(folder).length, 1 + others.length)
})

test('nothing of a compilation that failed stays, and what a killed one left goes with the next', async (t) => {
  const folder = temporary(t)
  const reason = new Error('no')
  await assert.rejects(
    withCompileCache(folder, key, () => Promise.reject(reason)),
    reason,
  )
  assert.deepEqual(readdirSync(folder), [])
  await compile(folder)
  const [name] = readdirSync(folder)
  rmSync(join(folder, name!), { recursive: true })
  const host = hostname().replace(/[^\w.]/g, '_')
  mkdirSync(join(folder, `${name!}.new-${host}-999999999-01234567`))
  assert.equal(await compile(folder), false)
  assert.deepEqual(readdirSync(folder), [name])
})

test('a cache whose files were cut off is made anew', async (t) => {
  const folder = temporary(t)
  await compile(folder)
  truncateSync(join(folder, readdirSync(folder)[0]!, '1.blob'), 3)
  assert.equal(await compile(folder), false)
  assert.equal(await compile(folder), true)
  assert.equal(readdirSync(folder).length, 1)
})

test('null keeps no cache, and anything but a folder is refused', async () => {
  assert.deepEqual(await withCompileCache(null, key, (properties) => Promise.resolve(properties)), {})
  await assert.rejects(
    withCompileCache(5 as unknown as string, key, () => Promise.resolve()),
    /Expected a folder, or null for none for cacheFolder but received 5/,
  )
})

test('where the own cache folder cannot be written to, the model is compiled without, and a warning says so', async (t) => {
  const file = join(temporary(t), 'file')
  writeFileSync(file, '')
  await assert.rejects(
    withCompileCache(file, key, () => Promise.resolve()),
    { code: 'EEXIST' },
  )
  const before = process.env['KOSMOS2_CACHE']
  process.env['KOSMOS2_CACHE'] = file
  t.after(() => {
    if (before === undefined) delete process.env['KOSMOS2_CACHE']
    else process.env['KOSMOS2_CACHE'] = before
  })
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
  assert.deepEqual(await withCompileCache(undefined, key, (properties) => Promise.resolve(properties)), {})
  assert.match((await warned).message, /cannot be kept .*ENOTDIR.*KOSMOS2_CACHE/)
})
