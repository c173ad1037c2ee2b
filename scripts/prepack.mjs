// What `npm pack` and `npm publish` do first: build the library, and take the install script out of the ONNX Runtime
// that travels inside the package (see scripts/setup/bundled-packages.mjs).
import './setup/require-node.mjs'

const { removeInstallScripts } = await import('./setup/bundled-packages.mjs')
const { main } = await import('./setup/main.mjs')
const { partsFor, setUp } = await import('./setup/set-up.mjs')

const help = `Run by \`npm pack\` and \`npm publish\`: builds dist/ and readies the bundled ONNX Runtime.`

await main(help, {}, async ({ signal }) => {
  await setUp(signal, partsFor(['build']))
  await removeInstallScripts()
})
