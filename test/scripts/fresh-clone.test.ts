// The whole way of a person: a fresh clone, a set-up that is killed half-way and run again, the walkthrough, and
// what the set-up finds when something is damaged afterwards.
import assert from 'node:assert/strict'
import { access, readdir, readFile, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { copyProject, ownEnvironment, runScript, startScript, temporaryFolder } from './project-copy.ts'

test(
  'a fresh clone is set up, interrupted or not, and shows a grounded caption',
  { timeout: 900_000 },
  async (t) => {
    const folder = await copyProject(t)

    await t.test('a set-up that was killed half-way goes on when it is run again', async () => {
      const first = startScript(folder, ['scripts/setup.mjs'])
      await Promise.all([
        appears(join(folder, '.venv', 'pyvenv.cfg'), first.ended),
        appears(join(folder, 'node_modules'), first.ended),
      ])
      first.process.kill('SIGKILL')
      await first.ended
      const halfway = await runScript(folder, ['scripts/setup.mjs', '--check'])
      assert.match(halfway.output, /npm packages +missing/)
      assert.match(halfway.output, /Python environment +missing/)
      assert.equal(halfway.status, 1)

      const second = await runScript(folder, ['scripts/setup.mjs'])
      assert.match(second.output, /Set up\.\n$/)
      assert.equal(second.status, 0)
    })

    await t.test('after that everything is ready, and a second run finds nothing to do', async () => {
      const check = await runScript(folder, ['scripts/setup.mjs', '--check'])
      assert.equal(check.output.match(/ ready /g)?.length, 7, check.output)
      assert.match(check.output, /Node 24 +ready +v24\./)
      assert.match(check.output, /^OpenVINO +ready +2026\.\d\.\d \(virtual environment\), devices CPU/m)
      assert.match(check.output, /ready +Python 3\.\d+\.\d+, JupyterLab 4\.\d+\.\d+, OpenVINO 2026\./)
      assert.equal(check.status, 0)
      assert.deepEqual(await runScript(folder, ['scripts/setup.mjs']), {
        status: 0,
        output: 'Set up already: nothing to do.\n',
      })
    })

    await t.test(
      'npm start executes the walkthrough, prints the result and keeps to the folder',
      async (t) => {
        const home = await temporaryFolder(t)
        // The others take minutes, and each is executed by a test of its own.
        const others = (await readdir(join(folder, 'notebooks'))).filter((name) => /^0[3-9]-/.test(name))
        assert.ok(others.length > 0)
        for (const name of others) await rm(join(folder, 'notebooks', name))
        const env = ownEnvironment({ HOME: home, XDG_CONFIG_HOME: '', XDG_DATA_HOME: '' })
        const { status, output } = await runScript(folder, ['scripts/start.mjs'], env)
        assert.equal(status, 0, output)
        assert.match(output, /Caption\n {2}\S.+\n\nEntities\n {2}phrase +span +box in fractions/)
        assert.match(output, /Executed notebooks +walkthrough\/01-\S+, walkthrough\/02-\S+\n/)
        assert.match(output, /Annotated picture +walkthrough\/annotated\.svg/)
        assert.match(
          await readFile(join(folder, 'walkthrough', 'annotated.svg'), 'utf8'),
          /^<svg[\s\S]+<\/svg>\s*$/,
        )
        assert.deepEqual(await readdir(home), [])
      },
    )

    await t.test('a damaged part is found and made anew', async () => {
      const binaries = join(folder, 'node_modules', 'node', 'node_modules')
      const name = (await readdir(binaries)).find((entry) => /^node-(bin-)?(linux|darwin)/.test(entry))
      assert.ok(name !== undefined)
      // Both names of the one file: an extraction that was cut short.
      await truncate(join(binaries, name, 'bin', 'node'), 1_000_000)
      const sitePackages = JSON.parse(
        await readFile(join(folder, '.venv', 'kosmos2-setup.json'), 'utf8'),
      ) as {
        sitePackages: string
        packages: string[]
      }
      const client = sitePackages.packages.find((item) => item.startsWith('nbclient-'))
      await rm(join(sitePackages.sitePackages, `${client ?? ''}.dist-info`), { recursive: true })
      await rm(join(folder, 'dist', 'index.js'))
      const libraries = join(sitePackages.sitePackages, 'openvino', 'libs')
      const library = (await readdir(libraries)).find((file) => file.startsWith('libopenvino_c.'))
      await truncate(join(libraries, library ?? ''), 1000)

      const damaged = await runScript(folder, ['scripts/setup.mjs', '--check'])
      assert.match(damaged.output, /Node 24 +missing/)
      assert.match(damaged.output, /Python environment +outdated +nbclient-\S+ is gone/)
      assert.match(damaged.output, /library +outdated +dist\/ has changed/)
      // Node is damaged, so it cannot be asked.
      assert.match(damaged.output, /OpenVINO +missing/)

      assert.equal((await runScript(folder, ['scripts/setup.mjs', '--only', 'build'])).status, 0)
      const repaired = await runScript(folder, ['scripts/setup.mjs', '--check', '--only', 'build'])
      assert.match(repaired.output, /Node 24 +ready +v24\.[\s\S]+library +ready/)
      assert.equal(repaired.status, 0)

      const runtime = await runScript(folder, ['scripts/setup.mjs', '--check', '--only', 'runtime'])
      assert.match(runtime.output, /OpenVINO +missing +OpenVINO's C library was not found\./)
    })
  },
)

/** Waits until a file is there. */
async function appears(path: string, ended: Promise<{ output: string }>): Promise<void> {
  let over: { output: string } | undefined
  void ended.then((result) => {
    over = result
  })
  for (;;) {
    try {
      await access(path)
      return
    } catch {
      assert.equal(over?.output, undefined, `ended before ${path} was there`)
      await sleep(20)
    }
  }
}
