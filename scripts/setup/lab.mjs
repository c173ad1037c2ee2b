// JupyterLab on the notebooks, until it is closed.
import { join } from 'node:path'
import { jupyterEnvironment } from './environment.mjs'
import { walkthrough } from './notebooks.mjs'
import { inProject, venv } from './paths.mjs'
import { CommandFailed, Problem } from './problem.mjs'
import { run } from './run.mjs'

/**
 * Opens JupyterLab and waits for its end; Ctrl-C closes it and its kernels.
 * @param {AbortSignal} signal
 * @param {readonly string[]} [options] - of `jupyter lab`
 */
export async function openLab(signal, options = []) {
  const args = [
    `--ServerApp.root_dir=${inProject('notebooks')}`,
    '--ServerApp.answer_yes=True',
    // A kernel of tslab does not end when it is asked to, so Jupyter waits in vain before it kills it.
    '--KernelManager.shutdown_wait_time=1',
    ...options,
  ]
  await trustNotebooks(signal)
  // Jupyter asks root to confirm; in a container there often is nobody else.
  if (process.getuid?.() === 0) args.push('--allow-root')
  try {
    await run(join(venv, 'bin', 'jupyter-lab'), args, {
      cwd: inProject('notebooks'),
      env: jupyterEnvironment(),
      signal,
      // To SIGINT Jupyter ends at once when it has no terminal, and leaves its kernels behind.
      gentle: 'SIGTERM',
      show: true,
    })
  } catch (error) {
    // Ctrl-C is how one leaves JupyterLab.
    if (signal.aborted) return
    throw error instanceof CommandFailed ? new Problem('JupyterLab ended; what it said is above.') : error
  }
}

/**
 * JupyterLab shows no pictures of a notebook that it does not trust, and it trusts what was run in it or is signed. The
 * signatures of ours lie in the project's folder, as all of Jupyter's files here.
 * @param {AbortSignal} signal
 */
async function trustNotebooks(signal) {
  const paths = (await walkthrough()).map((name) => inProject('notebooks', name))
  if (paths.length > 0)
    await run(join(venv, 'bin', 'jupyter-trust'), paths, { env: jupyterEnvironment(), signal })
}
