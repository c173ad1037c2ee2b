// Where everything of the set-up lies. All of it is inside the project's folder.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** A path inside the project. @param {string[]} parts */
export const inProject = (...parts) => join(root, ...parts)

/** Lock, stamps and temporary files of the set-up. */
export const setupFolder = inProject('.cache', 'setup')

/** The virtual environment, and the Python inside it. */
export const venv = inProject('.venv')
export const venvPython = join(venv, 'bin', 'python')

/** The Node that runs build, tests and notebooks: the one the npm package `node` brings. */
export const node24 = inProject('node_modules', 'node', 'bin', 'node')
