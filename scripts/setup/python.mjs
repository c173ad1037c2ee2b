// The virtual environment with JupyterLab and the wheel of OpenVINO, exactly as requirements.txt has them.
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pythonEnvironment } from './environment.mjs'
import { readJson, writeJson } from './files.mjs'
import { hashFiles, isMissing } from './hash.mjs'
import { missing, outdated, ready } from './part.mjs'
import { inProject, root, setupFolder, venv, venvPython } from './paths.mjs'
import { explain, Problem } from './problem.mjs'
import { ask, isProgram, ownPath, run } from './run.mjs'

/** Written last, so that an interrupted environment has none. */
const stamp = join(venv, 'kosmos2-setup.json')
const requirements = inProject('scripts', 'requirements.txt')
/** Minor versions of Python 3 that the pinned packages have wheels for, the preferred one first. */
const minors = [12, 13, 11, 14]

/**
 * What an environment was made from and holds.
 * @typedef {object} Made
 * @property {string} folder - where it was made: it cannot be moved
 * @property {string} python - version
 * @property {string | undefined} requirements - hash of requirements.txt
 * @property {string} sitePackages - folder
 * @property {readonly string[]} packages - as `name-version`
 */

/** @type {import('./part.mjs').Part} */
export const python = {
  name: 'python',
  title: 'Python environment',
  needs: [],
  async check() {
    /** @type {Made | undefined} */
    const made = await readJson(stamp)
    if (made === undefined) return missing('JupyterLab and OpenVINO, as scripts/requirements.txt has them')
    if (made.requirements !== (await hashFiles(root, ['scripts/requirements.txt'])))
      return outdated('scripts/requirements.txt has changed')
    if (made.folder !== venv) return outdated('the project was moved')
    const there = new Set(await packagesIn(made.sitePackages))
    const lost = made.packages.find((name) => !there.has(name))
    if (lost !== undefined) return outdated(`${lost} is gone`)
    if ((await ask(venvPython, ['--version'])) !== `Python ${made.python}`)
      return outdated(`Python ${made.python} is gone`)
    const of = (/** @type {string} */ name) =>
      made.packages.find((item) => item.startsWith(`${name}-`))?.split('-')[1]
    return ready(`Python ${made.python}, JupyterLab ${of('jupyterlab')}, OpenVINO ${of('openvino')}`)
  },
  async require() {
    await findPython()
  },
  async make(signal) {
    const found = await findPython()
    const temporary = join(setupFolder, 'tmp')
    await mkdir(temporary, { recursive: true })
    const env = { ...pythonEnvironment(), TMPDIR: temporary }
    await rm(venv, { recursive: true, force: true })
    try {
      await run(found.path, ['-m', 'venv', venv], { env, signal })
      const options = [
        '--no-deps',
        '--no-compile',
        '--only-binary',
        ':all:',
        '--no-input',
        '--progress-bar',
        'off',
      ]
      await run(
        venvPython,
        ['-m', 'pip', 'install', '--disable-pip-version-check', ...options, '-r', requirements],
        { env, signal },
      )
    } catch (error) {
      throw explain(error, 'Installing the Python packages', 'the Python package index')
    }
    const sitePackages = join(
      venv,
      'lib',
      `python${found.version.split('.').slice(0, 2).join('.')}`,
      'site-packages',
    )
    /** @type {Made} */
    const made = {
      folder: venv,
      python: found.version,
      requirements: await hashFiles(root, ['scripts/requirements.txt']),
      sitePackages,
      packages: await packagesIn(sitePackages),
    }
    await writeJson(stamp, made)
  },
}

/** @param {string} sitePackages @returns {Promise<string[]>} as `name-version` */
async function packagesIn(sitePackages) {
  try {
    const names = await readdir(sitePackages)
    return names
      .filter((name) => name.endsWith('.dist-info'))
      .map((name) => name.slice(0, -'.dist-info'.length))
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/**
 * The Python that the environment is made with.
 * @returns {Promise<{ path: string, version: string }>}
 * @throws {Problem} when there is none that will do
 */
async function findPython() {
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
      `Python ${without.version} (${without.path}) lacks the venv module, which JupyterLab is installed with; install it (Debian and Ubuntu: sudo apt-get install python${without.version.split('.').slice(0, 2).join('.')}-venv) and run this again.`,
    )
  const others = [...new Set(seen.map(({ version }) => version))]
  throw new Problem(
    `Python 3.11 to 3.14 is needed for JupyterLab, but PATH has ${others.length === 0 ? 'no Python' : `only ${others.join(', ')}`}; install one (Debian and Ubuntu: sudo apt-get install python3 python3-venv, macOS: brew install python@3.13, or https://www.python.org/downloads) and run this again.`,
  )
}

const question = `
import importlib.util as u, platform
print(platform.python_version(), all(u.find_spec(name) for name in ("venv", "ensurepip")))
`
