// Where OpenVINO's library is searched, for all three systems on any.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { runtimeCacheFolder, type System } from '../../src/openvino/cache-folder.ts'
import { findLibraries, isLibraryName, places, versionInName } from '../../src/openvino/find-library.ts'
import { temporaryFolder } from '../checkpoint/make-safetensors.ts'

const linux: System = { platform: 'linux', arch: 'x64', env: {}, home: '/home/me' }
const mac: System = { platform: 'darwin', arch: 'arm64', env: {}, home: '/Users/me' }
const windows: System = {
  platform: 'win32',
  arch: 'x64',
  env: { LOCALAPPDATA: 'C:\\Users\\me\\AppData\\Local', 'ProgramFiles(x86)': 'C:\\Program Files (x86)' },
  home: 'C:\\Users\\me',
}

test('the places are searched in order: variable, virtual environment, fetched runtime, system', () => {
  const env = { KOSMOS2_OPENVINO: '/named', VIRTUAL_ENV: '/active', INTEL_OPENVINO_DIR: '/opt/ov' }
  const found = places({ ...linux, env }, '/package')
  assert.deepEqual(
    [...new Set(found.map(({ foundBy }) => foundBy))],
    ['environment variable', 'virtual environment', 'fetched runtime', 'system'],
  )
  const folders = found.map(({ folder }) => folder)
  const order = [
    '/named',
    '/named/libs',
    '/package/.venv/lib/python3.*/site-packages/openvino/libs',
    '/active/lib/python3.*/site-packages/openvino/libs',
    '/home/me/.cache/kosmos2-openvino/openvino-*/libs',
    '/opt/ov/runtime/lib/intel64',
    '/usr/lib/x86_64-linux-gnu',
  ]
  const positions = order.map((folder) => folders.indexOf(folder))
  assert.ok(!positions.includes(-1), `${order[positions.indexOf(-1)] ?? ''} is not searched`)
  assert.deepEqual(
    positions,
    positions.toSorted((a, b) => a - b),
  )
})

test('macOS and Windows have places of their own', () => {
  const onMac = places({ ...mac, env: { OpenVINO_DIR: '/ov/runtime/cmake' } }, '/package').map(
    ({ folder }) => folder,
  )
  assert.ok(onMac.includes('/ov/runtime/lib/arm64/Release'))
  assert.ok(onMac.includes('/Users/me/Library/Caches/kosmos2-openvino/openvino-*/libs'))
  assert.ok(onMac.includes('/opt/homebrew/lib'))
  assert.deepEqual(
    places(windows, 'C:\\package').map(({ folder }) => folder),
    [
      'C:\\package\\.venv\\Lib\\site-packages\\openvino\\libs',
      'C:\\Users\\me\\AppData\\Local\\kosmos2-openvino\\openvino-*\\libs',
      'C:\\Program Files (x86)\\Intel\\openvino*\\runtime\\bin\\intel64\\Release',
    ],
  )
})

test('the cache is where the system keeps caches, or where KOSMOS2_CACHE says', () => {
  assert.equal(runtimeCacheFolder(linux), '/home/me/.cache/kosmos2-openvino')
  assert.equal(runtimeCacheFolder({ ...linux, env: { XDG_CACHE_HOME: '/c' } }), '/c/kosmos2-openvino')
  assert.equal(runtimeCacheFolder(mac), '/Users/me/Library/Caches/kosmos2-openvino')
  assert.equal(runtimeCacheFolder(windows), 'C:\\Users\\me\\AppData\\Local\\kosmos2-openvino')
  assert.equal(runtimeCacheFolder({ ...windows, env: {} }), 'C:\\Users\\me\\AppData\\Local\\kosmos2-openvino')
  assert.equal(runtimeCacheFolder({ ...mac, env: { KOSMOS2_CACHE: '/mine' } }), '/mine')
})

test('the library has its names on each system, and no other file has them', () => {
  for (const name of ['libopenvino_c.so', 'libopenvino_c.so.2641', 'libopenvino_c.so.2026.4.1'])
    assert.ok(isLibraryName(name, 'linux'), name)
  for (const name of ['libopenvino_c.dylib', 'libopenvino_c.2641.dylib', 'libopenvino_c.2026.4.1.dylib'])
    assert.ok(isLibraryName(name, 'darwin'), name)
  assert.ok(isLibraryName('openvino_c.dll', 'win32'))
  for (const name of [
    'libopenvino.so.2641',
    'libopenvino_c.so.txt',
    'openvino_c.dll',
    'libopenvino_c.so.2641.bak',
  ])
    assert.ok(!isLibraryName(name, 'linux'), name)
  assert.ok(!isLibraryName('openvino_cd.dll', 'win32'))
  assert.deepEqual(versionInName('libopenvino_c.so.2641'), [2026, 4, 1])
  assert.deepEqual(versionInName('libopenvino_c.so.2026.4.1'), [2026, 4, 1])
  assert.deepEqual(versionInName('libopenvino_c.2610.dylib'), [2026, 1, 0])
  assert.deepEqual(versionInName('libopenvino_c.2026.1.0.dylib'), [2026, 1, 0])
  assert.deepEqual(versionInName('libopenvino_c.dylib'), [])
})

function write(t: TestContext, ...names: readonly string[]): string {
  const folder = temporaryFolder(t)
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), '')
  }
  return folder
}

test('of several versions the newest comes first, whatever Python they belong to', (t) => {
  const folder = write(
    t,
    'python3.9/libs/libopenvino_c.so.2620',
    'python3.11/libs/libopenvino_c.so.2599',
    'python3.11/libs/libopenvino_c.so.2641',
    'python3.11/libs/libopenvino.so.2641',
    'python2/libs/libopenvino_c.so.2641',
  )
  const found = findLibraries([{ foundBy: 'system', folder: join(folder, 'python3.*', 'libs') }], 'linux')
  assert.deepEqual(
    found.map(({ path }) => path.slice(folder.length + 1)),
    [
      'python3.11/libs/libopenvino_c.so.2641',
      'python3.11/libs/libopenvino_c.so.2599',
      'python3.9/libs/libopenvino_c.so.2620',
    ],
  )
})

test('the variable may name the file itself, under any name, or a folder above it', (t) => {
  const folder = write(t, 'mine.so', 'wheel/openvino/libs/libopenvino_c.so.2641')
  const found = (value: string) =>
    findLibraries(places({ ...linux, env: { KOSMOS2_OPENVINO: value }, home: folder }, folder), 'linux')[0]
  assert.deepEqual(found(join(folder, 'mine.so')), {
    foundBy: 'environment variable',
    path: join(folder, 'mine.so'),
  })
  assert.equal(found(join(folder, 'wheel'))?.path, join(folder, 'wheel/openvino/libs/libopenvino_c.so.2641'))
})
