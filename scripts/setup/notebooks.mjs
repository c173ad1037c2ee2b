// The notebooks of this project: which there are, running them, and reading what a tagged step put out.
import { readdir, readFile } from 'node:fs/promises'
import { jupyterEnvironment } from './environment.mjs'
import { inProject, venvPython } from './paths.mjs'
import { CommandFailed, Problem } from './problem.mjs'
import { run } from './run.mjs'
import { tableText } from './table-text.mjs'

/**
 * The walkthrough's notebooks, in their order.
 * @returns {Promise<string[]>} file names in notebooks/
 */
export async function walkthrough() {
  const names = await readdir(inProject('notebooks'))
  return names.filter((name) => /^\d\d-.*\.ipynb$/.test(name)).sort()
}

/**
 * Executes a notebook, with a line a step on the terminal.
 * @param {string} name - file name in notebooks/
 * @param {string} target - path of the executed notebook
 * @param {AbortSignal} signal
 */
export async function execute(name, target, signal) {
  try {
    await run(
      venvPython,
      [inProject('scripts', 'execute_notebook.py'), inProject('notebooks', name), target],
      {
        env: jupyterEnvironment(),
        signal,
        show: true,
      },
    )
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error
    throw new Problem(`notebooks/${name} stopped at the step above; what ran is in ${target}.`)
  }
}

/**
 * What a notebook's step has put out.
 * @param {string} path - of an executed notebook
 * @param {string} tag - the step is the code cell with this tag
 * @returns {Promise<{ text: string, svg: string }>} a table is text too; each empty where there is none of its kind
 * @throws {Problem} when no cell has the tag
 */
export async function outputOf(path, tag) {
  /** @type {{ cells: { metadata: { tags?: string[] }, outputs?: Output[] }[] }} */
  const notebook = JSON.parse(await readFile(path, 'utf8'))
  const outputs = notebook.cells.find(({ metadata }) => metadata.tags?.includes(tag))?.outputs
  if (outputs === undefined)
    throw new Problem(`${path} has no step with the tag "${tag}"; give it to the cell that shows the ${tag}.`)
  const text = outputs.map(
    ({ text, data }) =>
      joined(text) || joined(data?.['text/plain']) || tableText(joined(data?.['text/html'])),
  )
  const svg = outputs.map((output) => joined(output.data?.['image/svg+xml']))
  return { text: text.join('').trim(), svg: svg.join('') }
}

/**
 * @typedef {object} Output
 * @property {string | string[]} [text] - of a stream
 * @property {Record<string, string | string[]>} [data] - by MIME type
 */

/** Notebook files keep long texts as lists of lines. @param {string | string[] | undefined} text */
function joined(text) {
  return Array.isArray(text) ? text.join('') : (text ?? '')
}
