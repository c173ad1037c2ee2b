// npm, as the person has it, kept from running on the Node that it is about to replace.
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { basename, delimiter, dirname, join } from 'node:path'
import { setupFolder } from './paths.mjs'
import { Problem } from './problem.mjs'
import { findProgram, ownPath, run, steadyNode } from './run.mjs'

/**
 * Runs npm in the project's folder.
 * @param {readonly string[]} args
 * @param {AbortSignal} [signal]
 */
export async function npm(args, signal) {
  const temporary = join(setupFolder, 'tmp')
  await mkdir(temporary, { recursive: true })
  const [command = '', ...first] = npmCommand()
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--no-progress', '--loglevel=error']
  return run(command, [...first, ...args, ...quiet], {
    env: {
      ...process.env,
      PATH: [dirname(steadyNode()), ...ownPath].join(delimiter),
      TMPDIR: temporary,
    },
    ...(signal && { signal }),
  })
}

/** @throws {Problem} when npm is missing or older than 10 */
export async function requireNpm() {
  const version = (await npm(['--version'])).trim()
  if (Number.parseInt(version, 10) < 10)
    throw new Problem(
      `npm ${version} is too old: this project needs npm 10 or newer; run \`npm install -g npm@11\`.`,
    )
}

/** @returns {string[]} the npm that runs this script, else the one on PATH */
function npmCommand() {
  const running = process.env.npm_execpath ?? ''
  if (basename(running) === 'npm-cli.js' && existsSync(running)) return [steadyNode(), running]
  const found = findProgram('npm')
  if (found === undefined)
    throw new Problem(
      'npm was not found on PATH; it comes with Node from https://nodejs.org (or your version manager).',
    )
  return [found]
}
