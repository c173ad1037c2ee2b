// The script that executes the notebooks, with a kernel that does not come up at once.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { root, temporaryFolder } from './project-copy.ts'

const importScript = (name: string): Promise<unknown> =>
  import(new URL(`../../scripts/setup/${name}`, import.meta.url).href)
const { jupyterEnvironment } = (await importScript('environment.mjs')) as {
  readonly jupyterEnvironment: () => NodeJS.ProcessEnv
}
const { venvPython } = (await importScript('paths.mjs')) as { readonly venvPython: string }

test('a kernel that ends before it answers is started a second time, and the notebook runs', async (t) => {
  const folder = await temporaryFolder(t)
  const tried = join(folder, 'tried')
  const start = `mkdir '${tried}' && exit 1; exec '${process.execPath}' '${join(root, 'node_modules/tslab/bin/tslab')}' kernel --config-path "$0"`
  await mkdir(join(folder, 'kernels', 'late'), { recursive: true })
  await writeFile(
    join(folder, 'kernels', 'late', 'kernel.json'),
    JSON.stringify({
      argv: ['sh', '-c', start, '{connection_file}'],
      display_name: 'Late',
      language: 'typescript',
    }),
  )
  const notebook = join(folder, 'sum.ipynb')
  const cell = {
    cell_type: 'code',
    execution_count: null,
    id: 'sum',
    metadata: {},
    outputs: [],
    source: '1 + 1',
  }
  const metadata = { kernelspec: { name: 'late', display_name: 'Late' } }
  await writeFile(notebook, JSON.stringify({ cells: [cell], metadata, nbformat: 4, nbformat_minor: 5 }))

  await promisify(execFile)(venvPython, [join(root, 'scripts/execute_notebook.py'), notebook, notebook], {
    env: { ...jupyterEnvironment(), JUPYTER_PATH: folder },
  })

  assert.ok((await stat(tried)).isDirectory())
  const { cells } = JSON.parse(await readFile(notebook, 'utf8')) as {
    cells: { outputs: { text: string[] }[] }[]
  }
  assert.deepEqual(cells[0]?.outputs[0]?.text, ['2\n'])
})
