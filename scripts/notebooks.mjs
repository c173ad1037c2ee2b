// `npm run notebooks`: executes the committed notebooks in place, so that their outputs come from a real run.
import './setup/require-node.mjs'

const { writeFile } = await import('node:fs/promises')
const { basename, join, resolve } = await import('node:path')
const { main } = await import('./setup/main.mjs')
const { execute, outputOf, walkthrough } = await import('./setup/notebooks.mjs')
const { inProject } = await import('./setup/paths.mjs')
const { Problem } = await import('./setup/problem.mjs')
const { setUp } = await import('./setup/set-up.mjs')

const help = `npm run notebooks [-- NOTEBOOK ...]

Sets up what is not ready, executes the notebooks of notebooks/ (all, or those named) with Jupyter, and leaves their
outputs in them, and the first one's annotated picture in docs/ for the README.

  --output FOLDER   puts the executed notebooks there and leaves those of notebooks/ as they are
  --help            this text`

await main(
  help,
  { output: { type: 'string' } },
  async ({ values, positionals, signal }) => {
    const all = await walkthrough()
    const names = positionals.length === 0 ? all : positionals.map((path) => basename(path))
    const unknown = names.find((name) => !all.includes(name))
    if (unknown !== undefined)
      throw new Problem(`There is no notebook ${unknown}; there are ${all.join(', ')}.`)
    const folder = values.output ?? inProject('notebooks')
    await setUp(signal)
    for (const name of names) {
      console.log(`notebooks/${name}`)
      await execute(name, join(resolve(folder), name), signal)
    }
    if (values.output === undefined && all[0] !== undefined) {
      const { svg } = await outputOf(inProject('notebooks', all[0]), 'picture')
      await writeFile(inProject('docs', 'annotated.svg'), svg)
    }
  },
  true,
)
