// Runs a piece of code in a process of its own: with other variables, another start, or a look at its memory.
import { spawnSync } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'

const source = pathToFileURL(join(import.meta.dirname, '../../src/')).href
const tests = pathToFileURL(join(import.meta.dirname, './')).href

/** What a process left. */
export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs `code`, a module in which `@src/` and `@test/` stand for the folders of sources and of these tests.
 * @param env - variables beside those of this process; undefined takes one away
 */
export function inProcess(
  code: string,
  env: Readonly<Record<string, string | undefined>> = {},
  ...flags: readonly string[]
): Ended {
  const text = code.replaceAll('@src/', source).replaceAll('@test/', tests)
  const { status, stdout, stderr, signal } = spawnSync(
    process.execPath,
    [...flags, '--input-type=module-typescript', '--no-warnings', '--eval', text],
    {
      encoding: 'utf8',
      timeout: 120_000,
      env: { ...process.env, KOSMOS2_OPENVINO_BINDING: undefined, ...env },
    },
  )
  return { status, stdout, stderr: signal === null ? stderr : `${stderr}\nended by ${signal}` }
}

/** What `code` wrote with `console.log(JSON.stringify(...))`. */
export function answerOf(...args: Parameters<typeof inProcess>): unknown {
  const { status, stdout, stderr } = inProcess(...args)
  if (status !== 0) throw new Error(`The process ended with ${status}: ${stderr}`)
  return JSON.parse(stdout)
}
