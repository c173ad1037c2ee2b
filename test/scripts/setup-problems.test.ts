// What the scripts say when something is missing: one sentence with the remedy, and no stack.
import assert from 'node:assert/strict'
import { chmod, mkdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  copyProject,
  ownEnvironment,
  runScript,
  startScript,
  temporaryFolder,
  type Ended,
} from './project-copy.ts'

test('set-up says in one sentence what is missing and how to get it', async (t) => {
  const folder = await copyProject(t)
  const programs = await temporaryFolder(t)
  await symlink(process.execPath, join(programs, 'node'))

  /** Runs a part of the set-up where PATH has Node and the given Python alone. */
  async function withPython(answer?: string): Promise<Ended> {
    const path = join(programs, 'python3')
    await rm(path, { force: true })
    if (answer !== undefined) {
      await writeFile(path, `#!/bin/sh\necho '${answer}'\n`)
      await chmod(path, 0o755)
    }
    return runScript(folder, ['scripts/setup.mjs', '--only', 'python'], ownEnvironment({ PATH: programs }))
  }

  await t.test('no Python', async () => {
    const result = await withPython()
    assertSentence(
      result,
      /^Python 3\.11 to 3\.14 is needed for JupyterLab, but PATH has no Python; install one \(/m,
    )
  })

  await t.test('a Python that is too old', async () => {
    assertSentence(
      await withPython('3.9.2 True'),
      /^Python 3\.11 to 3\.14 is needed .* PATH has only 3\.9\.2; install/m,
    )
  })

  await t.test('a Python without its venv module', async () => {
    assertSentence(
      await withPython('3.11.2 False'),
      /^Python 3\.11\.2 \(.*\) lacks the venv module, .*sudo apt-get install python3\.11-venv\)/m,
    )
  })

  await t.test('no npm', async () => {
    const env = ownEnvironment({ PATH: programs })
    const result = await runScript(folder, ['scripts/setup.mjs', '--only', 'packages'], env)
    assertSentence(result, /^npm was not found on PATH; it comes with Node/m)
  })

  await t.test('no way to the npm registry', async () => {
    const env = ownEnvironment({
      npm_config_registry: 'http://127.0.0.1:9',
      npm_config_cache: join(folder, '.cache', 'npm'),
      npm_config_fetch_retries: '0',
    })
    const result = await runScript(folder, ['scripts/setup.mjs', '--only', 'packages'], env)
    assertSentence(
      result,
      /^Installing the npm packages failed because the npm registry could not be reached; check/m,
    )
  })

  await t.test('no way to the Python package index', async () => {
    const env = ownEnvironment({
      PIP_INDEX_URL: 'http://127.0.0.1:9/simple',
      PIP_FIND_LINKS: '',
      PIP_NO_CACHE_DIR: '1',
      PIP_RETRIES: '0',
    })
    const result = await runScript(folder, ['scripts/setup.mjs', '--only', 'python'], env)
    assertSentence(
      result,
      /^Installing the Python packages failed because the Python package index could not be/m,
    )
    const check = await runScript(folder, ['scripts/setup.mjs', '--check', '--only', 'python'])
    assert.match(check.output, /Python environment +missing/)
  })

  await t.test('a Node that is too old', async () => {
    // The version is all that the check reads, and older releases cannot be had in a test.
    const pretend = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '18.20.4' } })`
    for (const script of ['setup', 'start', 'test', 'notebooks', 'lab']) {
      const result = await runScript(folder, ['--import', pretend, `scripts/${script}.mjs`])
      assertSentence(
        result,
        /^Node 18\.20\.4 is too old: this project needs Node 20\.19 or newer; get it from/,
      )
    }
  })

  await t.test('an option that does not exist', async () => {
    const { status, output } = await runScript(folder, ['scripts/start.mjs', '--open'])
    assert.match(output, /^Unknown option '--open'[^]*npm start \[-- OPTION\]/)
    assert.equal(status, 2)
    assertSentence(
      await runScript(folder, ['scripts/setup.mjs', '--only', 'pyhton']),
      /^There is no part pyhton; the parts are packages, node, python, kernel, notebooks, build, runtime\.$/m,
    )
  })
})

test(
  'one set-up waits for another, and takes over from one that is gone',
  { timeout: 120_000 },
  async (t) => {
    const folder = await copyProject(t)
    const lock = join(folder, '.cache', 'setup', 'lock')
    const link = join(folder, 'notebooks', 'node_modules', 'kosmos2-openvino', 'package.json')
    await mkdir(join(folder, '.cache', 'setup'), { recursive: true })

    await t.test('it waits while the owner lives', async () => {
      await writeFile(lock, `${process.pid} 0`)
      const waiting = startScript(folder, ['scripts/setup.mjs', '--only', 'notebooks'])
      await new Promise((resolve) => waiting.process.stdout?.once('data', resolve))
      await sleep(1000) // many times what the link takes when nothing is waited for
      await assert.rejects(readFile(link), { code: 'ENOENT' })
      await rm(lock)
      const { status, output } = await waiting.ended
      assert.match(
        output,
        new RegExp(`^Another set-up of this folder is at work \\(process ${process.pid}\\); waiting`),
      )
      assert.match(output, /Set up\.\n$/)
      assert.equal(status, 0)
      assert.match(await readFile(link, 'utf8'), /"name": "kosmos2-openvino"/)
    })

    await t.test('it does not wait for one that died', async () => {
      await rm(join(folder, 'notebooks', 'node_modules'), { recursive: true })
      const gone = startScript(folder, ['--eval', ''])
      await gone.ended
      await writeFile(lock, `${gone.process.pid ?? 0} 0`)
      const minuteAgo = new Date(Date.now() - 60_000)
      await utimes(lock, minuteAgo, minuteAgo)
      const { status, output } = await runScript(folder, ['scripts/setup.mjs', '--only', 'notebooks'])
      assert.doesNotMatch(output, /waiting/)
      assert.equal(status, 0)
      await assert.rejects(readFile(lock), { code: 'ENOENT' })
    })
  },
)

function assertSentence({ status, output }: Ended, sentence: RegExp): void {
  assert.match(output, sentence)
  assert.doesNotMatch(output, /^ +at .*\.mjs/m)
  assert.equal(status, 1)
}
