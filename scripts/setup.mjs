// `npm run setup`: everything that the project runs with, inside its folder.
import './setup/require-node.mjs'

const { main } = await import('./setup/main.mjs')
const { allParts, partsFor, setUp } = await import('./setup/set-up.mjs')
const { Problem } = await import('./setup/problem.mjs')

const help = `npm run setup [-- OPTION]

Makes what is missing or outdated of: ${allParts.map(({ title }) => title).join(', ')}.
It can be interrupted and run again, and touches nothing outside the project's folder.

  --check        only reports each part's state and version; exit status 1 when one is not ready
  --only PART    only this part and those that it needs: ${allParts.map(({ name }) => name).join(', ')}
  --help         this text`

await main(help, { check: { type: 'boolean' }, only: { type: 'string' } }, async ({ values, signal }) => {
  const parts = values.only === undefined ? allParts : partsFor([values.only])
  if (parts.length === 0)
    throw new Problem(
      `There is no part ${values.only}; the parts are ${allParts.map(({ name }) => name).join(', ')}.`,
    )
  if (values.check) return report(parts)
  const made = await setUp(signal, parts)
  console.log(made.length === 0 ? 'Set up already: nothing to do.' : 'Set up.')
  return 0
})

/** @param {typeof allParts} parts */
async function report(parts) {
  const states = await Promise.all(parts.map((part) => part.check()))
  const rows = parts.map((part, i) => [part.title, states[i]?.state ?? '', states[i]?.version ?? ''])
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  for (const row of rows)
    console.log(
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('   ')
        .trimEnd(),
    )
  if (states.every(({ state }) => state === 'ready')) return 0
  console.log('\nRun `npm run setup` to make what is not ready.')
  return 1
}
