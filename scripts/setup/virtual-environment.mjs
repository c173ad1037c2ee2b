// Virtual environments: the Python that makes them, and their packages.
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pythonEnvironment } from './environment.mjs'
import { setupFolder } from './paths.mjs'
import { explain, Problem } from './problem.mjs'
import { ask, isProgram, ownPath, run } from './run.mjs'

/** Minor versions of Python 3 that the pinned packages have wheels for, the preferred one first. */
const minors = [12, 13, 11, 14]

/**
 * Makes a virtual environment anew and installs packages into it, from wheels alone.
 * @param {string} folder - where it will be
 * @param {string} python - the path of the Python that makes it
 * @param {readonly string[]} packages - for pip: names, or `-r` with a file
 * @param {string} space - the disk space that it needs, for the message about a full disk
 * @param {AbortSignal} signal - ends it
 * @throws {Problem} when packages cannot be installed
 */
export async function makeEnvironment(folder, python, packages, space, signal) {
  const temporary = join(setupFolder, 'tmp')
  await mkdir(temporary, { recursive: true })
  const env = { ...pythonEnvironment(), TMPDIR: temporary }
  await rm(folder, { recursive: true, force: true })
  try {
    await run(python, ['-m', 'venv', folder], { env, signal })
    const quiet = ['--disable-pip-version-check', '--no-input', '--progress-bar', 'off']
    const wheels = ['--no-compile', '--only-binary', ':all:']
    await run(join(folder, 'bin', 'python'), ['-m', 'pip', 'install', ...quiet, ...wheels, ...packages], {
      env,
      signal,
    })
  } catch (error) {
    throw explain(error, 'Installing the Python packages', 'the Python package index', space)
  }
}

/**
 * A Python that an environment can be made with.
 * @param {string} purpose - what it is for, as in "is needed for JupyterLab"
 * @returns {Promise<{ path: string, version: string }>}
 * @throws {Problem} when there is none that will do
 */
export async function findPython(purpose) {
  const names = ['python3', 'python', ...minors.map((minor) => `python3.${minor}`)]
  const seen = []
  for (const path of names.flatMap((name) => ownPath.map((folder) => join(folder, name))).filter(isProgram)) {
    const answer = await ask(path, ['-c', question], pythonEnvironment())
    if (answer === undefined) continue // a version manager's stand-in for a Python that is not there
    const [version = '', hasVenv = ''] = answer.split(' ')
    seen.push({ path, version, hasVenv: hasVenv === 'True' })
  }
  const fits = seen.filter(({ version }) => {
    const [major, minor] = version.split('.').map(Number)
    return major === 3 && minors.includes(minor ?? 0)
  })
  const found = fits.find(({ hasVenv }) => hasVenv)
  if (found !== undefined) return found
  const without = fits[0]
  if (without !== undefined)
    throw new Problem(
      `Python ${without.version} (${without.path}) lacks the venv module, which ${purpose} is installed with; install it (Debian and Ubuntu: sudo apt-get install python${without.version.split('.').slice(0, 2).join('.')}-venv) and run this again.`,
    )
  const others = [...new Set(seen.map(({ version }) => version))]
  throw new Problem(
    `Python 3.11 to 3.14 is needed for ${purpose}, but PATH has ${others.length === 0 ? 'no Python' : `only ${others.join(', ')}`}; install one (Debian and Ubuntu: sudo apt-get install python3 python3-venv, macOS: brew install python@3.13, or https://www.python.org/downloads) and run this again.`,
  )
}

const question = `
import importlib.util as u, platform
print(platform.python_version(), all(u.find_spec(name) for name in ("venv", "ensurepip")))
`
