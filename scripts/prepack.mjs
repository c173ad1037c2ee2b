// What `npm pack` and `npm publish` do first: build the library, and take the install script out of the ONNX Runtime
// that travels inside the package (`bundleDependencies`).
//
// That script fetches CUDA libraries from outside the npm registry on every Linux machine, and where it cannot, it
// breaks the installation of each app that depends on this package; an app's `allowScripts` is the app's own. The CPU
// binaries are in onnxruntime-node itself, so nothing that this library uses is missing without the script.
import './setup/require-node.mjs'

const { readJson, writeJson } = await import('./setup/files.mjs')
const { main } = await import('./setup/main.mjs')
const { inProject } = await import('./setup/paths.mjs')
const { partsFor, setUp } = await import('./setup/set-up.mjs')

const help = `Run by \`npm pack\` and \`npm publish\`: builds dist/ and readies the bundled ONNX Runtime.`

await main(help, {}, async ({ signal }) => {
  await setUp(signal, partsFor(['build']))
  const path = inProject('node_modules', 'onnxruntime-node', 'package.json')
  /** @type {{ scripts?: object } | undefined} */
  const manifest = await readJson(path)
  await writeJson(path, { ...manifest, scripts: {} })
})
