// The environment that Python and Jupyter run in: everything they keep stays in the project's folder, and the
// project's own Node comes first.
import { mkdirSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { inProject, node24, venv } from './paths.mjs'
import { ownPath } from './run.mjs'

/** For any Python: nothing from the person's own Python packages or settings. @returns {NodeJS.ProcessEnv} */
export function pythonEnvironment() {
  const unset = ['PYTHONHOME', 'PYTHONPATH', 'VIRTUAL_ENV', 'FORCE_COLOR']
  const kept = Object.entries(process.env).filter(([name]) => !unset.includes(name))
  return { ...Object.fromEntries(kept), PYTHONNOUSERSITE: '1', PIP_USER: '0' }
}

/** For Jupyter and its kernels. @returns {NodeJS.ProcessEnv} */
export function jupyterEnvironment() {
  const folder = inProject('.cache', 'jupyter')
  mkdirSync(folder, { recursive: true })
  return {
    ...pythonEnvironment(),
    PATH: [dirname(node24), inProject('node_modules', '.bin'), join(venv, 'bin'), ...ownPath].join(delimiter),
    VIRTUAL_ENV: venv,
    JUPYTER_CONFIG_DIR: join(folder, 'config'),
    JUPYTER_DATA_DIR: join(folder, 'data'),
    JUPYTER_RUNTIME_DIR: join(folder, 'runtime'),
    JUPYTERLAB_SETTINGS_DIR: join(folder, 'lab', 'settings'),
    JUPYTERLAB_WORKSPACES_DIR: join(folder, 'lab', 'workspaces'),
    IPYTHONDIR: join(folder, 'ipython'),
    // Compiled models.
    KOSMOS2_CACHE: inProject('.cache', 'kosmos2'),
    // A kernel's standard output is this terminal; what a notebook shows must not depend on that.
    NO_COLOR: '1',
    // Kernels and settings of the environment go before those of the person and of the system.
    JUPYTER_PREFER_ENV_PATH: '1',
  }
}
