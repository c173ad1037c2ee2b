// Runs the command line as a person does: a process of its own.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
export const main = join(root, 'src', 'cli', 'main.ts')
/** The checkpoint that answers in these tests. */
export const tiny = join(root, 'models', 'kosmos2-tiny')
export const scene = (name: string): string => join(root, 'data', 'scenes', name)

export interface Ended {
  /** Exit status; null when a signal ended it. */
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}
export interface Running {
  readonly process: ChildProcessWithoutNullStreams
  readonly ended: Promise<Ended>
}

/** Starts `kosmos2 ARGS...`. */
export function startCommand(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [main, ...args], { cwd: root, env: { ...process.env, ...env } })
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []]
  child.stdout.on('data', (data: Buffer) => stdout.push(data))
  child.stderr.on('data', (data: Buffer) => stderr.push(data))
  const text = (parts: Buffer[]): string => Buffer.concat(parts).toString()
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status, signal) => {
      resolve({ status, signal, stdout: text(stdout), stderr: text(stderr) })
    })
  })
  return { process: child, ended }
}

/** Runs `kosmos2 ARGS...` to its end. @param input - standard input */
export function runCommand(
  args: readonly string[],
  input?: Uint8Array,
  env?: NodeJS.ProcessEnv,
): Promise<Ended> {
  const { process: child, ended } = startCommand(args, env)
  child.stdin.on('error', () => {}) // it may end without reading
  child.stdin.end(input)
  return ended
}

/** An empty folder that goes when the test ends. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kosmos2 cli '))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}
