// A copy of the project as a clone of it would be, and its scripts run there as a person runs them.
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { cp, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** Copies what git knows of the project, changed or not, to a temporary folder that goes when the test ends. */
export async function copyProject(t: TestContext): Promise<string> {
  const folder = await temporaryFolder(t)
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate']
  const { stdout } = await promisify(execFile)('git', list, { cwd: root, maxBuffer: 2 ** 26 })
  for (const file of stdout.split('\0').filter((name) => name !== ''))
    // A file that was removed and not yet committed is still listed.
    await cp(join(root, file), join(folder, file)).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    })
  return folder
}

/** An empty folder that goes when the test ends; its name has a space, as people's folders have. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'kosmos2 test '))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** The environment of a person at a terminal: nothing of the project that runs the test. */
export function ownEnvironment(changes: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^npm_(?!config_)|^npm_config_(local|global)_prefix$|^NODE_TEST_CONTEXT$|^INIT_CWD$/.test(name),
  )
  const path = (process.env.PATH ?? '').split(delimiter).filter((place) => !place.startsWith(root))
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter), ...changes }
}

export interface Ended {
  /** Exit status; null when a signal ended it. */
  readonly status: number | null
  /** What it printed, standard output and error together. */
  readonly output: string
}

/** A script of the project at work. */
export interface Running {
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
}

/** Starts `node scripts/...` in a copy of the project. */
export function startScript(folder: string, args: readonly string[], env = ownEnvironment()): Running {
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => {
      output += data.toString()
    })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => {
      resolve({ status, output })
    })
  })
  return { process: child, ended }
}

/** Runs `node scripts/...` in a copy of the project to its end. */
export function runScript(folder: string, args: readonly string[], env = ownEnvironment()): Promise<Ended> {
  return startScript(folder, args, env).ended
}
