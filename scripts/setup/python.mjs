// The virtual environment with JupyterLab and the wheel of OpenVINO, exactly as requirements.txt has them.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readJson, writeJson } from './files.mjs'
import { hashFiles, isMissing } from './hash.mjs'
import { missing, outdated, ready } from './part.mjs'
import { inProject, root, venv, venvPython } from './paths.mjs'
import { ask } from './run.mjs'
import { findPython, makeEnvironment } from './virtual-environment.mjs'

/** Written last, so that an interrupted environment has none. */
const stamp = join(venv, 'kosmos2-setup.json')
const requirements = inProject('scripts', 'requirements.txt')

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
    await findPython('JupyterLab')
  },
  async make(signal) {
    const found = await findPython('JupyterLab')
    await makeEnvironment(venv, found.path, ['--no-deps', '-r', requirements], '2 GB', signal)
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
