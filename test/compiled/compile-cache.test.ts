import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type CompileKey, compileCache } from '../../src/compiled/compile-cache.ts'

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

/** Opens the cache, and writes into it what OpenVINO would. */
async function filled(
  folder: string,
  of = key,
): Promise<{ path: string; cache: Awaited<ReturnType<typeof compileCache>> }> {
  const cache = await compileCache(folder, of)
  const path = cache.properties['CACHE_DIR'] as string
  writeFileSync(join(path, '1.blob'), 'compiled')
  return { path, cache }
}

test('what was kept is found by the same key, and by no other', async (t) => {
  const folder = temporary(t)
  const { cache } = await filled(folder)
  await cache.keep()
  const found = (await compileCache(folder, key)).properties['CACHE_DIR'] as string
  assert.deepEqual(readdirSync(found).sort(), ['1.blob', 'complete.json'])
  const others: Partial<CompileKey>[] = [
    { version: '2026.4.2' },
    { device: 'AUTO' },
    { properties: {} },
    { ir: { ...key.ir, parts: { ...key.ir.parts, text: part('d') } } },
    { ir: { ...key.ir, folder: '.' } },
  ]
  for (const other of others) {
    const cache = await compileCache(folder, { ...key, ...other })
    assert.deepEqual(readdirSync(cache.properties['CACHE_DIR'] as string), [], JSON.stringify(other))
    await cache.discard()
  }
  assert.equal(readdirSync(folder).length, 1)
})

test('nothing of a compilation that failed stays, and one that was killed is not taken for whole', async (t) => {
  const folder = temporary(t)
  const { cache } = await filled(folder)
  await cache.discard()
  assert.deepEqual(readdirSync(folder), [])
  const killed = await filled(folder)
  const next = await compileCache(folder, key)
  assert.notEqual(next.properties['CACHE_DIR'], killed.path)
  assert.deepEqual(readdirSync(next.properties['CACHE_DIR'] as string), [])
})

test('a cache whose files were cut off or added to is made anew', async (t) => {
  const folder = temporary(t)
  await (await filled(folder)).cache.keep()
  const path = (await compileCache(folder, key)).properties['CACHE_DIR'] as string
  truncateSync(join(path, '1.blob'), 3)
  const { path: fresh, cache } = await filled(folder)
  assert.notEqual(fresh, path)
  await cache.keep()
  assert.equal((await compileCache(folder, key)).properties['CACHE_DIR'], path)
})

test('null keeps no cache, and anything but a folder is refused', async () => {
  assert.deepEqual((await compileCache(null, key)).properties, {})
  await assert.rejects(
    compileCache(5 as unknown as string, key),
    /a folder, or null for none, for cacheFolder|for cacheFolder/,
  )
})
