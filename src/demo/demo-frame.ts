// The demo's page in a notebook: a frame that Jupyter's proxy fills, or a link where there is no proxy.
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { invalidRange, rejectUnknownOptions } from '../errors.ts'
import { escapeText } from '../plot/svg.ts'
import type { Demo } from './start-demo.ts'

export interface DemoFrameOptions {
  /** Of the frame, in CSS pixels, integer from 100 to 4000. @default 820 */
  readonly height?: number
}

/** How long Jupyter has to say whether it has a proxy. */
const PROXY_MS = 3000

/**
 * HTML that shows a running demo in a notebook's output: the page in a frame where the kernel's Jupyter server has
 * jupyter-server-proxy, and a link to its own address where it has none or there is no server.
 *
 *     display.html(await demoFrame(demo))
 *
 * Both work for as long as the demo runs: until it is closed, or the kernel ends.
 * @throws {TypeError | RangeError} for options that do not fit
 */
export async function demoFrame(demo: Demo, options: DemoFrameOptions = {}): Promise<string> {
  rejectUnknownOptions('demoFrame', options, ['height'])
  const { height = 820 } = options
  if (!Number.isInteger(height) || height < 100 || height > 4000)
    throw invalidRange('height', 'integer from 100 to 4000', height)
  const { search } = new URL(demo.url)
  const proxied = await proxyAddress(demo.port)
  if (proxied === undefined)
    return `<p>${link(demo.url, 'Open the demo')}: it runs until this kernel ends.</p>`
  const address = proxied + search
  // Copying pictures is the one thing that a frame has to be allowed.
  return (
    `<iframe src="${escapeText(address)}" title="KOSMOS-2 demo" allow="clipboard-write" ` +
    `style="box-sizing: border-box; width: 100%; height: ${height}px; border: 1px solid #8884; border-radius: 8px">` +
    `</iframe><p>${link(address, 'Open it in a tab of its own')}; it runs until this kernel ends.</p>`
  )
}

const link = (address: string, text: string): string =>
  `<a href="${escapeText(address)}" target="_blank" rel="noopener">${text}</a>`

/**
 * Where the Jupyter server of this kernel lets a browser reach a port, as a path of the server; undefined without such a
 * server or proxy.
 */
async function proxyAddress(port: number): Promise<string | undefined> {
  // A hub keeps the token to itself, so its proxy cannot be asked; hubs commonly have one.
  const { JUPYTERHUB_SERVICE_PREFIX: hub } = process.env
  if (hub !== undefined) return `${hub}proxy/${port}/`
  const server = await findServer()
  if (server === undefined) return undefined
  try {
    const response = await fetch(new URL(`proxy/${port}/api/health`, server.url), {
      headers: { authorization: `token ${server.token}` },
      redirect: 'error',
      signal: AbortSignal.timeout(PROXY_MS),
    })
    return response.ok ? `${server.base_url}proxy/${port}/` : undefined
  } catch {
    return undefined
  }
}

/** What a Jupyter server writes about itself into its runtime folder. */
interface JupyterServer {
  readonly url: string
  readonly base_url: string
  readonly token: string
}

/** The server that started this kernel: Jupyter tells a kernel its process, and its file is named after that. */
async function findServer(): Promise<JupyterServer | undefined> {
  const parent = process.env.JPY_PARENT_PID
  if (parent === undefined || !/^\d+$/.test(parent)) return undefined
  try {
    const text = await readFile(join(runtimeFolder(), `jpserver-${parent}.json`), 'utf8')
    const { url, base_url, token } = JSON.parse(text) as Partial<JupyterServer>
    if (typeof url !== 'string' || typeof base_url !== 'string' || typeof token !== 'string') return undefined
    return { url, base_url, token }
  } catch {
    return undefined
  }
}

/** As `jupyter --runtime-dir` says. */
function runtimeFolder(): string {
  const { JUPYTER_RUNTIME_DIR, JUPYTER_DATA_DIR, APPDATA, XDG_DATA_HOME } = process.env
  if (JUPYTER_RUNTIME_DIR !== undefined) return JUPYTER_RUNTIME_DIR
  if (JUPYTER_DATA_DIR !== undefined) return join(JUPYTER_DATA_DIR, 'runtime')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Jupyter', 'runtime')
  if (process.platform === 'win32') return join(APPDATA ?? homedir(), 'jupyter', 'runtime')
  return join(XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'jupyter', 'runtime')
}
