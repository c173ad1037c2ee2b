// The npm packages, exactly as package-lock.json has them, installed with no install script run: those of
// openvino-node and onnxruntime-node fetch from outside the registry, and an npm before 11 knows no `allowScripts`.
import { rm } from 'node:fs/promises'
import { removeInstallScripts } from './bundled-packages.mjs'
import { readJson } from './files.mjs'
import { npm, requireNpm } from './npm.mjs'
import { inProject } from './paths.mjs'
import { missing, outdated, ready } from './part.mjs'
import { explain, Problem } from './problem.mjs'

/**
 * What npm notes in a lock file.
 * @typedef {object} Lock
 * @property {Record<string, { version?: string, integrity?: string, optional?: boolean, devOptional?: boolean }>} packages -
 *   by their path
 */

/** npm's own record of what lies in node_modules, which it writes last. */
const installedRecord = inProject('node_modules', '.package-lock.json')

/** @type {import('./part.mjs').Part} */
export const packages = {
  name: 'packages',
  title: 'npm packages',
  needs: [],
  async check() {
    const wanted = await wantedPackages()
    /** @type {Lock | undefined} */
    const record = await readJson(installedRecord)
    const entries = Object.entries(wanted)
    if (record === undefined) return missing(`${entries.length} packages, as package-lock.json has them`)
    const installed = record.packages
    const differs = entries.some(([path, { version, integrity, optional, devOptional }]) => {
      const there = installed[path]
      // Those of other platforms are optional and left out.
      if (there === undefined) return !optional && !devOptional
      return there.version !== version || there.integrity !== integrity
    })
    if (differs) return outdated('package-lock.json has changed')
    const count = entries.filter(([path]) => path in installed).length
    return ready(`${count}, as package-lock.json has them`)
  },
  require: requireNpm,
  async make(signal) {
    // First of all, so that an interrupted installation does not look like a finished one.
    await rm(installedRecord, { force: true })
    try {
      await npm(['ci', '--ignore-scripts', '--include=dev', '--include=optional'], signal)
    } catch (error) {
      throw explain(error, 'Installing the npm packages', 'the npm registry')
    }
    await removeInstallScripts()
  },
}

/** The packages of package-lock.json by their path, without the project itself. */
export async function wantedPackages() {
  /** @type {Lock | undefined} */
  const lock = await readJson(inProject('package-lock.json'))
  if (lock === undefined)
    throw new Problem(
      'package-lock.json is missing or no JSON; get it back with `git checkout package-lock.json`.',
    )
  return Object.fromEntries(Object.entries(lock.packages).filter(([path]) => path !== ''))
}
