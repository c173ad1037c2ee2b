// `npm start`: from a fresh clone to a captioned picture, in an executed notebook.
import './setup/require-node.mjs'

const { mkdir, writeFile } = await import('node:fs/promises')
const { join, relative } = await import('node:path')
const { openLab } = await import('./setup/lab.mjs')
const { main } = await import('./setup/main.mjs')
const { execute, outputOf, walkthrough } = await import('./setup/notebooks.mjs')
const { inProject, root } = await import('./setup/paths.mjs')
const { setUp } = await import('./setup/set-up.mjs')

const help = `npm start [-- OPTION]

Sets up what is not ready, executes the notebooks of notebooks/ on the embedded model into walkthrough/, and prints
the caption with its entities. On a terminal it then opens JupyterLab on notebooks/; Ctrl-C closes it.

  --no-open   ends after the caption
  --help      this text`

/** The steps of the first notebook whose outputs are the result, by the tag of their cell. */
const resultTags = { caption: 'caption', entities: 'entities', picture: 'picture' }

await main(help, { 'no-open': { type: 'boolean' } }, async ({ values, signal }) => {
  await setUp(signal)
  const folder = inProject('walkthrough')
  await mkdir(folder, { recursive: true })
  const names = await walkthrough()
  for (const name of names) {
    console.log(`\n${name}`)
    await execute(name, join(folder, name), signal)
  }
  if (names[0] !== undefined) await showResult(join(folder, names[0]), join(folder, 'annotated.svg'))
  const shown = (/** @type {string} */ path) => relative(root, path)
  console.log(`\nExecuted notebooks   ${names.map((name) => shown(join(folder, name))).join(', ')}`)
  console.log(`Annotated picture    ${shown(join(folder, 'annotated.svg'))}`)
  if (values['no-open'] || !process.stdout.isTTY || process.env.CI !== undefined) {
    console.log('\n`npm run lab` opens the notebooks in JupyterLab.')
    return
  }
  console.log('\nOpening JupyterLab on notebooks/; Ctrl-C closes it.\n')
  await openLab(signal)
})

/**
 * Prints caption and entities, and writes the annotated picture.
 * @param {string} notebook - executed
 * @param {string} picture - where the SVG goes
 */
async function showResult(notebook, picture) {
  const [caption, entities, annotated] = await Promise.all([
    outputOf(notebook, resultTags.caption),
    outputOf(notebook, resultTags.entities),
    outputOf(notebook, resultTags.picture),
  ])
  await writeFile(picture, annotated.svg)
  console.log(`\nCaption\n${indented(caption.text)}\n\nEntities\n${indented(entities.text)}`)
}

/** @param {string} text */
function indented(text) {
  return text.replace(/^/gm, '  ')
}
