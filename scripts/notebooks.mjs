// `npm run notebooks`: executes the committed notebooks in place, so that their outputs come from a real run.
import './setup/require-node.mjs'

const { main } = await import('./setup/main.mjs')
const { execute, walkthrough } = await import('./setup/notebooks.mjs')
const { inProject } = await import('./setup/paths.mjs')
const { Problem } = await import('./setup/problem.mjs')
const { setUp } = await import('./setup/set-up.mjs')
const { basename } = await import('node:path')

const help = `npm run notebooks [-- NOTEBOOK ...]

Sets up what is not ready, executes the notebooks of notebooks/ (all, or those named) in place with Jupyter, and
leaves their outputs in them.

  --help   this text`

await main(
  help,
  {},
  async ({ positionals, signal }) => {
    const all = await walkthrough()
    const names = positionals.length === 0 ? all : positionals.map((path) => basename(path))
    const unknown = names.find((name) => !all.includes(name))
    if (unknown !== undefined)
      throw new Problem(`There is no notebook ${unknown}; there are ${all.join(', ')}.`)
    await setUp(signal)
    for (const name of names) {
      console.log(`notebooks/${name}`)
      await execute(name, inProject('notebooks', name), signal)
    }
  },
  true,
)
