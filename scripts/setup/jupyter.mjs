// tslab's kernels in the virtual environment, and JupyterLab's settings there.
import { join } from 'node:path'
import { jupyterEnvironment } from './environment.mjs'
import { readJson, writeJson } from './files.mjs'
import { missing, outdated, ready } from './part.mjs'
import { inProject, node24, venv, venvPython } from './paths.mjs'
import { explain } from './problem.mjs'
import { run } from './run.mjs'

const tslab = inProject('node_modules', 'tslab', 'bin', 'tslab')
/** TypeScript and JavaScript: tslab registers both. */
const kernels = ['tslab', 'jslab'].map((name) =>
  join(venv, 'share', 'jupyter', 'kernels', name, 'kernel.json'),
)
const settings = join(venv, 'share', 'jupyter', 'lab', 'settings', 'overrides.json')

/** JupyterLab brings JavaScript programs that are CommonJS, under a package.json (the project's) that says otherwise. */
const moduleKind = join(venv, 'package.json')

/** Nothing is fetched, and nobody is asked, when JupyterLab opens. */
const quietLab = {
  '@jupyterlab/apputils-extension:notification': { fetchNews: 'false', checkForUpdates: false },
}

/** @type {import('./part.mjs').Part} */
export const jupyter = {
  name: 'kernel',
  title: "Jupyter's TypeScript kernel",
  needs: ['node', 'python'],
  async check() {
    /** @type {{ version: string } | undefined} */
    const manifest = await readJson(inProject('node_modules', 'tslab', 'package.json'))
    const specs = await Promise.all(kernels.map(readSpec))
    const others = await Promise.all([readJson(settings), readJson(moduleKind)])
    if (manifest === undefined || specs.includes(undefined) || others.includes(undefined))
      return missing('tslab')
    const inPlace = specs.every((spec) => spec?.argv[0] === node24 && spec.argv[1] === tslab)
    return inPlace ? ready(`tslab ${manifest.version}`) : outdated('the project was moved')
  },
  async make(signal) {
    try {
      await run(node24, [tslab, 'install', `--python=${venvPython}`, '--sys-prefix'], {
        env: jupyterEnvironment(),
        signal,
      })
    } catch (error) {
      throw explain(error, 'Registering the TypeScript kernel', 'the npm registry')
    }
    // tslab registers itself as a command to be found on PATH; here it is this project's, on this project's Node.
    for (const path of kernels) {
      const spec = await readSpec(path)
      if (spec !== undefined) await writeJson(path, { ...spec, argv: [node24, tslab, ...spec.argv.slice(1)] })
    }
    await writeJson(settings, quietLab)
    await writeJson(moduleKind, { private: true, type: 'commonjs' })
  },
}

/**
 * @param {string} path - of a kernel.json
 * @returns {Promise<{ argv: string[] } | undefined>}
 */
function readSpec(path) {
  return readJson(path)
}
