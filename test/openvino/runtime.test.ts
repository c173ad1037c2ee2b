// Which OpenVINO runs: what is found, what is refused and why. Each case is a process with variables of its own.
import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { findLibraries } from '../../src/openvino/find-library.ts'
import type { Runtime } from '../../src/openvino/openvino.ts'
import { temporaryFolder } from '../checkpoint/make-safetensors.ts'
import { answerOf, inProcess } from './in-process.ts'

/** Some OpenVINO that is here. */
const installed = findLibraries()[0]!.path
const folder = dirname(installed)

/** These look into libraries by their names on Linux. */
const onLinux = { skip: process.platform !== 'linux' }

interface Failure {
  readonly code: string
  readonly name: string
  readonly message: string
}

/** What one process finds, one after the other, under each of these sets of variables, until it has loaded something. */
const find = (...sets: readonly Readonly<Record<string, string>>[]) =>
  answerOf(`
    import { findRuntime } from '@src/openvino/openvino.ts'
    const found = ${JSON.stringify(sets)}.map((variables) => {
      Object.assign(process.env, variables)
      try { return findRuntime() }
      catch (error) { return { code: error.code, name: error.name, message: error.message } }
    })
    console.log(JSON.stringify(found))`) as (Runtime & Failure)[]

test('importing the library loads neither OpenVINO nor koffi; the first use does', () => {
  const loaded = answerOf(`
    import { ov } from '@src/openvino/openvino.ts'
    const natives = () => process.report.getReport().sharedObjects.filter((path) => /openvino|koffi/.test(path)).length
    const before = natives()
    const names = Object.keys(ov)
    const untouched = natives()
    new ov.Core()
    console.log(JSON.stringify({ before, untouched, after: natives(), names }))`) as Record<string, number>
  assert.equal(loaded.before, 0)
  assert.equal(loaded.untouched, 0)
  assert.ok(loaded.after! >= 2)
})

test('the library in the folder that the variable names is taken, with what it is', () => {
  const [runtime] = find({ KOSMOS2_OPENVINO: dirname(folder) })
  const { version, ...rest } = runtime!
  assert.match(version, /^2026\./)
  assert.deepEqual(rest, {
    kind: 'libopenvino_c',
    foundBy: 'environment variable',
    libraryPath: installed,
    refused: [],
  })
})

test('a runtime that setup fetched is found in the cache', (t) => {
  const cache = temporaryFolder(t)
  mkdirSync(join(cache, 'openvino-2026.4.1'))
  symlinkSync(folder, join(cache, 'openvino-2026.4.1', 'libs'))
  const path = join(cache, 'openvino-2026.4.1', 'libs', basename(installed))
  const order = answerOf(
    `import { findLibraries } from '@src/openvino/find-library.ts'
     console.log(JSON.stringify(findLibraries()))`,
    { KOSMOS2_CACHE: cache },
  ) as { foundBy: string; path: string }[]
  assert.deepEqual(
    order.find(({ foundBy }) => foundBy === 'fetched runtime'),
    { foundBy: 'fetched runtime', path },
  )
})

test('what the variable names must be a library that fits: nothing else is taken instead', onLinux, (t) => {
  const temporary = temporaryFolder(t)
  const text = join(temporary, 'text.so')
  writeFileSync(text, 'no library at all\n'.repeat(20))
  const foreign = join(temporary, 'openvino_c.dll')
  const header = Buffer.alloc(512)
  header.write('MZ')
  header.writeUInt32LE(0x80, 0x3c)
  header.write('PE\0\0\x64\x86', 0x80, 'latin1')
  writeFileSync(foreign, header)
  const cut = join(temporary, 'libopenvino_c.so')
  writeFileSync(cut, readFileSync(installed).subarray(0, 100_000))
  const lone = join(temporary, 'lone.so') // whole, but without the libraries beside it
  copyFileSync(installed, lone)
  const other = join(folder, 'libtbb.so.12')

  const refused: readonly (readonly [string, string, RegExp])[] = [
    [
      join(temporary, 'none'),
      'RUNTIME_NOT_FOUND',
      /KOSMOS2_OPENVINO names .*none, where OpenVINO's C library is not/,
    ],
    [text, 'NOT_A_LIBRARY', /text\.so is no shared library/],
    [foreign, 'WRONG_PLATFORM', /openvino_c\.dll is a library for win32 on x64, and this is \w+ on \w+/],
    [cut, 'NOT_A_LIBRARY', /libopenvino_c\.so is cut off: 100000 of \d+ bytes/],
    [lone, 'NOT_A_LIBRARY', /lone\.so cannot be loaded: .*libopenvino\.so/],
    [
      other,
      'MISSING_SYMBOLS',
      /libtbb\.so\.12 lacks ov_\w+.* and \d+ more functions: it is no OpenVINO 2026 C library/,
    ],
  ]
  const failures = find(...refused.map(([named]) => ({ KOSMOS2_OPENVINO: named })))
  for (const [i, [, code, message]] of refused.entries()) {
    const failure = failures[i]!
    assert.equal(failure.name, 'OpenVINOError')
    assert.equal(failure.code, code, failure.message)
    assert.match(failure.message, message)
  }
})

/** The libraries with another version in them. */
function withVersion(t: TestContext, from: string, to: string): string {
  const copy = temporaryFolder(t)
  for (const name of [basename(installed), 'libtbb.so.12', 'libhwloc.so.15'])
    copyFileSync(join(folder, name), join(copy, name))
  const core = basename(installed).replace('libopenvino_c', 'libopenvino')
  const bytes = readFileSync(join(folder, core))
  for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) bytes.write(to, at)
  writeFileSync(join(copy, core), bytes)
  return copy
}

test('a library of another major version is refused', onLinux, (t) => {
  const { code, message } = find({ KOSMOS2_OPENVINO: withVersion(t, '2026.4.1', '2027.4.1') })[0]!
  assert.equal(code, 'WRONG_VERSION', message)
  assert.match(message, /is OpenVINO 2027\.4\.1\S*, and this package needs 2026\.x/)
})

test('without any library the error lists the places and what to do', (t) => {
  // As an app has it that depends on this package: no virtual environment in the package's folder.
  const app = temporaryFolder(t)
  const project = join(import.meta.dirname, '../..')
  for (const name of ['src', 'node_modules', 'package.json'])
    symlinkSync(join(project, name), join(app, name))
  const { status, stdout, stderr } = inProcess(
    `import { findRuntime } from '${app}/src/openvino/openvino.ts'
     try { findRuntime() } catch (error) { console.log(error.code + '\\n' + error.message) }`,
    {
      KOSMOS2_CACHE: join(app, 'cache'),
      VIRTUAL_ENV: join(app, 'env'),
      KOSMOS2_OPENVINO_BINDING: 'libopenvino_c',
    },
    '--preserve-symlinks',
  )
  assert.equal(status, 0, stderr)
  assert.match(stdout, /^RUNTIME_NOT_FOUND\nOpenVINO's C library was not found\. Searched:\n/)
  for (const part of [`  ${app}/.venv/`, `  ${app}/env/`, `  ${app}/cache/openvino-*/libs`, '  /usr/lib'])
    assert.ok(stdout.includes(part), `${part} is not in\n${stdout}`)
  assert.match(
    stdout,
    /`npx kosmos2 setup` fetches it.*`npm run setup`.*KOSMOS2_OPENVINO names a folder or file/,
  )
})

test('an openvino-node without its addon is passed over, and the reason can be seen; it can be demanded', () => {
  const [unknown, demanded, passedOver] = find(
    { KOSMOS2_OPENVINO_BINDING: 'python' },
    { KOSMOS2_OPENVINO_BINDING: 'openvino-node' },
    { KOSMOS2_OPENVINO_BINDING: '' },
  )
  assert.match(
    unknown!.message,
    /Expected openvino-node or libopenvino_c in the variable KOSMOS2_OPENVINO_BINDING/,
  )
  assert.equal(demanded!.code, 'BAD_ADDON')
  assert.match(demanded!.message, /^The installed openvino-node cannot be loaded/)
  assert.equal(passedOver!.kind, 'libopenvino_c')
  assert.equal(passedOver!.refused.length, 1)
  assert.match(passedOver!.refused[0]!, /^The installed openvino-node cannot be loaded: .*ov_node_addon/)
})

test('a process with OpenVINO’s objects in it ends by itself, also in the middle of work', () => {
  const start = `
    import { ov, core, decoderPath, decoderInputs } from '@test/models.ts'
    const compiled = core.compileModelSync(decoderPath, 'CPU')
    const request = compiled.createInferRequest()`
  for (const end of [
    'await request.inferAsync(decoderInputs(2, 0))',
    'void request.inferAsync(decoderInputs(2, 0))',
    'void request.inferAsync(decoderInputs(700, 0)); setImmediate(() => process.exit())',
    "void core.compileModel(decoderPath, 'CPU'); setImmediate(() => process.exit())",
  ]) {
    const { status, stderr } = inProcess(`${start}\n${end}`)
    assert.equal(status, 0, `${end}: ${stderr}`)
  }
})

test('worker threads have OpenVINO, too, at the same time', () => {
  const sums = answerOf(`
    import { Worker } from 'node:worker_threads'
    import { compiledAdd } from '@test/models.ts'
    const code = \`
      import { parentPort } from 'node:worker_threads'
      import { compiledAdd } from '@test/models.ts'
      const request = compiledAdd(Float32Array.of(1)).createInferRequest()
      let last
      for (let i = 0; i < 50; i++) last = await request.inferAsync([new (await import('@test/models.ts')).ov.Tensor('f32', [1], Float32Array.of(i))])
      parentPort.postMessage(last.y.data[0])\`
    const workers = [1, 2].map(() => new Promise((resolve, reject) => {
      const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(code)))
      worker.once('message', resolve).once('error', reject)
    }))
    const own = compiledAdd(Float32Array.of(1)).createInferRequest().infer([Float32Array.of(49)]).y.data[0]
    console.log(JSON.stringify([own, ...(await Promise.all(workers))]))`)
  assert.deepEqual(sums, [50, 50, 50])
})
