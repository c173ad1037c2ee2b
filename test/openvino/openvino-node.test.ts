// The user's own openvino-node: which installations are taken. Its real addon is not to be had here, so packages of its
// name stand in for it; the one that is accepted is this library's own binding under that name.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { test, type TestContext } from 'node:test'
import { loadOpenVINONode } from '../../src/openvino/openvino-node.ts'
import { temporaryFolder } from '../checkpoint/make-safetensors.ts'
import { ov } from './models.ts'

/** Finds packages in a folder with an openvino-node whose main file is `code`. */
function requireIn(t: TestContext, code?: string): NodeJS.Require {
  const folder = temporaryFolder(t)
  if (code !== undefined) {
    const installed = join(folder, 'node_modules', 'openvino-node')
    mkdirSync(installed, { recursive: true })
    writeFileSync(join(installed, 'package.json'), '{ "name": "openvino-node", "main": "index.js" }')
    writeFileSync(join(installed, 'index.js'), code)
  }
  return createRequire(join(folder, 'app.js'))
}

const binding = JSON.stringify(
  pathToFileURL(join(import.meta.dirname, '../../src/openvino/openvino.ts')).href,
)
/** Code of a package whose addon is this library's binding with something of its own. */
const withOwn = (own: string) =>
  `const { ov } = require(require('node:url').fileURLToPath(${binding}))
   module.exports.addon = { ...ov, ${own} }`

test('where it is not installed there is none', (t) => {
  assert.equal(loadOpenVINONode(requireIn(t)), undefined)
})

test('one that computes right is taken', (t) => {
  const installed = loadOpenVINONode(requireIn(t, withOwn('')))
  assert.equal(installed?.ov.Core, ov.Core)
  assert.equal(installed.version, ov.getOpenvinoVersion().buildNumber)
})

test('one that is broken, old, or wrong is refused, and the reason says how', (t) => {
  const refused: readonly (readonly [string, string, RegExp])[] = [
    [
      "require('./bin/ov_node_addon.node')",
      'BAD_ADDON',
      /cannot be loaded: Cannot find module .*install script fetches/,
    ],
    ['module.exports.addon = undefined', 'BAD_ADDON', /cannot be loaded: it has no addon with a Core/],
    [withOwn('getOpenvinoVersion: undefined'), 'BAD_ADDON', /does not tell its version/],
    [
      withOwn("getOpenvinoVersion: () => ({ buildNumber: '2025.4.0-1-x', description: '' })"),
      'WRONG_VERSION',
      /is OpenVINO 2025\.4\.0-1-x, and this package needs 2026\.x/,
    ],
    [
      withOwn("Core: class { constructor() { throw new Error('no plugins\\nat all') } }"),
      'BAD_ADDON',
      /cannot run a model of one addition: no plugins$/,
    ],
    [
      withOwn('Tensor: class extends ov.Tensor { constructor(type, shape) { super(type, shape) } }'),
      'BAD_ADDON',
      /computes \[10, -20\] \+ \[1, 2\] wrong: 1,2$/,
    ],
  ]
  for (const [code, expected, message] of refused)
    assert.throws(() => loadOpenVINONode(requireIn(t, code)), {
      name: 'OpenVINOError',
      code: expected,
      message,
    })
})
