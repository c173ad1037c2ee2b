// The demo inside real JupyterLab, in a real browser: the notebook's app answers in its frame, through Jupyter's proxy.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test, type TestContext } from 'node:test'
import { launch } from '../../scripts/launch-browser.ts'

const { jupyterEnvironment } = (await import(
  new URL('../../scripts/setup/environment.mjs', import.meta.url).href
)) as { readonly jupyterEnvironment: () => NodeJS.ProcessEnv }

const NOTEBOOK = '04-interactive-grounding.ipynb'
const TOKEN = 'of-this-test'
/** JupyterLab's start, and a kernel's, take most of the time. */
const PATIENCE = 90_000

test('the app of the notebook answers inside JupyterLab, and ends with its kernel', async (t) => {
  const lab = await startLab(t)
  const browser = await launch()
  t.after(() => browser.close())
  const page = await browser.newPage({ viewport: { width: 1500, height: 1100 } })
  page.setDefaultTimeout(PATIENCE)
  const complaints: string[] = []
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) complaints.push(message.text())
  })
  await page.goto(`${lab}/lab/tree/${NOTEBOOK}?token=${TOKEN}`)
  await page.getByText('TypeScript | Idle').waitFor()
  await page.getByRole('menuitem', { name: 'Run', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Run All Cells', exact: true }).click()

  const element = page.locator('iframe[title="KOSMOS-2 demo"]')
  await element.waitFor({ state: 'attached' })
  await element.scrollIntoViewIfNeeded()
  const address = new URL((await element.getAttribute('src'))!, lab)
  assert.match(address.pathname, /^\/under\/a\/path\/proxy\/\d+\/$/)
  const app = page.frameLocator('iframe[title="KOSMOS-2 demo"]')
  await app.getByRole('button', { name: 'Example three' }).click()
  await app.getByRole('button', { name: 'Run', exact: true }).click()
  await app.locator('.answer[data-phase=done]').waitFor()
  assert.match((await app.locator('.answer-text').textContent())!, /^An image of .*owl/)
  assert.notEqual(await app.locator('.found-box').count(), 0)
  assert.deepEqual(complaints, [])
  if (process.env.SCREENSHOTS !== undefined)
    await page.screenshot({ path: join(process.env.SCREENSHOTS, 'jupyterlab.png') })

  const headers = { authorization: `token ${TOKEN}` }
  const kernels = (await (await fetch(`${lab}/api/kernels`, { headers })).json()) as { id: string }[]
  const health = `http://127.0.0.1:${address.pathname.split('/').at(-2)!}/api/health`
  assert.equal((await fetch(health)).status, 200)
  for (const { id } of kernels)
    assert.equal((await fetch(`${lab}/api/kernels/${id}`, { method: 'DELETE', headers })).status, 204)
  await assert.rejects(fetch(health))
})

/** Starts JupyterLab on a copy of the notebook, not at the root of its port. @returns its address */
async function startLab(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kosmos2-lab-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const notebooks = join(folder, 'notebooks')
  await mkdir(notebooks)
  await copyFile(join('notebooks', NOTEBOOK), join(notebooks, NOTEBOOK))
  for (const name of ['models', 'data', join('notebooks', 'node_modules'), join('notebooks', 'package.json')])
    await symlink(resolve(name), join(folder, name))
  const port = await freePort()
  const lab = spawn(
    resolve('.venv', 'bin', 'jupyter-lab'),
    [
      '--no-browser',
      '--allow-root',
      `--port=${port}`,
      '--ServerApp.port_retries=0',
      '--ServerApp.base_url=/under/a/path/',
      `--ServerApp.root_dir=${notebooks}`,
      `--IdentityProvider.token=${TOKEN}`,
      '--KernelManager.shutdown_wait_time=1',
    ],
    { env: jupyterEnvironment(), stdio: ['ignore', 'ignore', 'pipe'], cwd: notebooks },
  )
  t.after(() => end(lab))
  await new Promise<void>((resolve, reject) => {
    let said = ''
    lab.once('exit', () => {
      reject(new Error(said))
    })
    lab.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.includes('is running at')) resolve()
    })
  })
  return `http://localhost:${port}/under/a/path`
}

async function end(lab: ChildProcess): Promise<void> {
  if (lab.exitCode !== null) return
  lab.kill('SIGTERM')
  await once(lab, 'exit')
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  assert.ok(typeof address === 'object' && address !== null)
  return address.port
}
