// Runs other programs for the scripts: supervised, interruptible, with an environment that keeps to the project.
import { execFile, spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from './paths.mjs'
import { CommandFailed } from './problem.mjs'

const supervisor = fileURLToPath(new URL('supervise.mjs', import.meta.url))

/** How much of a program's output is kept for the message about its failure, in characters. */
const keptOutput = 65536

/**
 * Runs a command to its end.
 * @param {string} command - a program's path, or a name to find on PATH
 * @param {readonly string[]} args
 * @param {object} [options]
 * @param {string} [options.cwd] - the project's folder by default
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {AbortSignal} [options.signal] - ends the command, gently first
 * @param {NodeJS.Signals} [options.gentle] - how the command is asked to end, SIGINT by default
 * @param {boolean} [options.show] - its output goes to the terminal instead of being returned
 * @returns {Promise<string>} what it printed to standard output
 * @throws {CommandFailed} when it ends with another status than 0
 */
export function run(command, args, options = {}) {
  const { cwd = root, env = process.env, signal, gentle = 'SIGINT', show = false } = options
  signal?.throwIfAborted()
  const child = spawn(steadyNode(), [supervisor, gentle, command, ...args], {
    cwd,
    env,
    stdio: ['pipe', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
  })
  let output = ''
  let all = ''
  child.stdout?.on('data', (/** @type {Buffer} */ data) => {
    output += data.toString()
    all = (all + data.toString()).slice(-keptOutput)
  })
  child.stderr?.on('data', (/** @type {Buffer} */ data) => {
    all = (all + data.toString()).slice(-keptOutput)
  })
  // The supervisor holds on to the other end of this pipe: it closes here, or with this process.
  child.stdin?.on('error', () => {
    // It ended before it could be told to.
  })
  const stop = () => {
    child.stdin?.end()
  }
  signal?.addEventListener('abort', stop)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      signal?.removeEventListener('abort', stop)
      if (signal?.aborted) reject(/** @type {Error} */ (signal.reason))
      else if (code === 0) resolve(output)
      else reject(new CommandFailed([command, ...args].join(' '), code ?? 1, all))
    })
  })
}

/**
 * Asks a program something that it answers at once, such as its version.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<string | undefined>} the trimmed answer, undefined when there is none
 */
export function ask(command, args, env = process.env) {
  return new Promise((resolve) => {
    execFile(command, args, { env, timeout: 60_000, encoding: 'utf8' }, (error, stdout) => {
      resolve(error === null ? stdout.trim() : undefined)
    })
  })
}

/** Whether a file is there and may be run. @param {string} path */
export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The places of PATH outside the project, for programs that are the person's own. */
export const ownPath = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => folder !== '' && folder !== root && !folder.startsWith(join(root, '/')))

/**
 * Finds a person's own program.
 * @param {string} name @returns {string | undefined} its path, undefined when it is not on PATH
 */
export function findProgram(name) {
  return ownPath.map((folder) => join(folder, name)).find(isProgram)
}

/**
 * A Node that stays where it is while the packages, and the Node among them, are replaced.
 * @returns {string}
 */
export function steadyNode() {
  const known = [process.execPath, process.env.npm_node_execpath ?? '', findProgram('node') ?? '']
  return (
    known.find((path) => path !== '' && !path.startsWith(join(root, '/')) && isProgram(path)) ??
    process.execPath
  )
}
