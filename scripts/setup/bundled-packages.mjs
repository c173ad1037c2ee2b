// ONNX Runtime travels inside the package (`bundleDependencies`), without its install script: that fetches CUDA libraries
// from outside the npm registry on every Linux machine, and where it cannot, it breaks the installation of each app that
// depends on this package; an app's `allowScripts` is the app's own. The CPU binaries are in onnxruntime-node itself, so
// nothing that this library uses is missing without the script.
import { readJson, writeJson } from './files.mjs'
import { inProject } from './paths.mjs'

/** Takes the script out, if it is not out already: TypeScript's watchers, as in a notebook, start at a file that is written. */
export async function removeInstallScripts() {
  const path = inProject('node_modules', 'onnxruntime-node', 'package.json')
  /** @type {{ scripts?: object } | undefined} */
  const manifest = await readJson(path)
  if (manifest !== undefined && Object.keys(manifest.scripts ?? {}).length > 0)
    await writeJson(path, { ...manifest, scripts: {} })
}
