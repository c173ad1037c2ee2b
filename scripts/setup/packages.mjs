// The npm packages, exactly as package-lock.json has them, installed with no install script run: those of
// openvino-node and onnxruntime-node fetch from outside the registry, and an npm before 11 knows no `allowScripts`.
import { rm } from 'node:fs/promises'
import { readJson } from './files.mjs'
import { npm, requireNpm } from './npm.mjs'
import { inProject } from './paths.mjs'
import { missing, outdated, ready } from './part.mjs'
import { explain } from './problem.mjs'

/** npm's own record of what lies in node_modules, which it writes last. */
const installedRecord = inProject('node_modules', '.package-lock.json')

/** @type {import('./part.mjs').Part} */
export const packages = {
  name: 'packages',
  title: 'npm packages',
  needs: [],
  async check() {
    const wanted = (await readJson(inProject('package-lock.json'))).packages
    const installed = (await readJson(installedRecord))?.packages
    const paths = Object.keys(wanted).filter((path) => path !== '')
    if (installed === undefined) return missing(`${paths.length} packages, as package-lock.json has them`)
    // Optional packages are those of other platforms.
    const differs = paths.some((path) =>
      installed[path] === undefined
        ? !wanted[path].optional && !wanted[path].devOptional
        : installed[path].version !== wanted[path].version ||
          installed[path].integrity !== wanted[path].integrity,
    )
    const count = paths.filter((path) => installed[path] !== undefined).length
    return differs
      ? outdated('package-lock.json has changed')
      : ready(`${count}, as package-lock.json has them`)
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
  },
}
