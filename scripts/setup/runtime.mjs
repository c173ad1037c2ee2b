// OpenVINO's runtime: the one that the built library finds, its version and its devices. It comes with the Python
// environment, and is found where the library looks for it.
import { pathToFileURL } from 'node:url'
import { missing, outdated, ready } from './part.mjs'
import { inProject, node24 } from './paths.mjs'
import { Problem } from './problem.mjs'
import { ask } from './run.mjs'

/**
 * What the library answers: the runtime, or why there is none.
 * @typedef {object} Answer
 * @property {string} [version]
 * @property {string} [foundBy]
 * @property {readonly string[]} [devices]
 * @property {string} [code] - of an error
 * @property {string} [message] - of an error
 */

/** Only the binding is loaded: this runs at each start. */
const question = `
const { findRuntime, ov } = await import(${JSON.stringify(pathToFileURL(inProject('dist', 'openvino', 'openvino.js')).href)})
let answer
try {
  const { version, foundBy } = findRuntime()
  answer = { version, foundBy, devices: new ov.Core().getAvailableDevices() }
} catch ({ code, message }) {
  answer = { code, message }
}
console.log(JSON.stringify(answer))`

/** @type {import('./part.mjs').Part} */
export const runtime = {
  name: 'runtime',
  title: 'OpenVINO',
  needs: ['packages', 'node', 'python', 'build'],
  async check() {
    const answer = await askLibrary()
    if (answer === undefined) return missing('the library, which finds it, is not ready')
    const { version = '', foundBy, devices = [], code, message = '' } = answer
    if (code === 'WRONG_VERSION') return outdated(firstLine(message))
    if (code !== undefined || version === '') return missing(firstLine(message))
    return ready(`${version.split('-')[0]} (${foundBy}), devices ${devices.join(', ')}`)
  },
  async make() {
    // The other parts have brought it; if it cannot be loaded all the same, only the person can put that right.
    const answer = await askLibrary()
    if (answer === undefined)
      throw new Problem('The built library cannot be loaded; delete dist/ and run this again.')
    if (answer.version === undefined)
      throw new Problem(
        "OpenVINO's runtime cannot be used; look whether KOSMOS2_OPENVINO names another one, else delete .venv and run this again.",
        answer.message,
      )
  },
}

/** @returns {Promise<Answer | undefined>} undefined where the library itself cannot be loaded */
async function askLibrary() {
  const answer = await ask(node24, ['--input-type=module', '--eval', question])
  return answer === undefined ? undefined : /** @type {Answer} */ (JSON.parse(answer))
}

/** What is wrong, without the list of places that were searched. @param {string} text */
function firstLine(text) {
  return text.replace(/( Searched:)?\n[^]*$/, '')
}
