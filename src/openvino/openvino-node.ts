// The user's own installation of the package openvino-node: taken only after it has shown that it works. Its addon comes
// from outside the package registry, so a package without a usable addon is common.
import { createRequire } from 'node:module'
import { isDeepStrictEqual } from 'node:util'
import { OpenVINOError } from '../errors.ts'
import { SUPPORTED_MAJOR } from './library.ts'
import type { NodeAddon } from './types.ts'

/** y = x + [1, 2], two numbers. */
const CHECK_MODEL = `<?xml version="1.0"?>
<net name="self-check" version="11">
  <layers>
    <layer id="0" name="x" type="Parameter" version="opset1">
      <data shape="2" element_type="f32"/>
      <output><port id="0" precision="FP32" names="x"><dim>2</dim></port></output>
    </layer>
    <layer id="1" name="constant" type="Const" version="opset1">
      <data element_type="f32" shape="2" offset="0" size="8"/>
      <output><port id="0" precision="FP32"><dim>2</dim></port></output>
    </layer>
    <layer id="2" name="sum" type="Add" version="opset1">
      <data auto_broadcast="numpy"/>
      <input>
        <port id="0" precision="FP32"><dim>2</dim></port>
        <port id="1" precision="FP32"><dim>2</dim></port>
      </input>
      <output><port id="2" precision="FP32" names="y"><dim>2</dim></port></output>
    </layer>
    <layer id="3" name="result" type="Result" version="opset1">
      <input><port id="0" precision="FP32"><dim>2</dim></port></input>
    </layer>
  </layers>
  <edges>
    <edge from-layer="0" from-port="0" to-layer="2" to-port="0"/>
    <edge from-layer="1" from-port="0" to-layer="2" to-port="1"/>
    <edge from-layer="2" from-port="2" to-layer="3" to-port="0"/>
  </edges>
</net>`

/** The addon of the package, and OpenVINO's build number. */
export interface OpenVINONode {
  readonly ov: NodeAddon
  readonly version: string
}

/**
 * Loads the package and checks it: its version, and a small model on the CPU.
 * @param require - finds the package
 * @returns undefined if it is not installed
 * @throws {OpenVINOError} `BAD_ADDON` or `WRONG_VERSION` if it is installed and cannot be used
 */
export function loadOpenVINONode(
  require: NodeJS.Require = createRequire(import.meta.url),
): OpenVINONode | undefined {
  try {
    require.resolve('openvino-node')
  } catch {
    return undefined
  }
  return checkedAddon(loadAddon(require))
}

function loadAddon(require: NodeJS.Require): NodeAddon {
  try {
    const { addon } = require('openvino-node') as { addon?: NodeAddon }
    if (typeof addon?.Core !== 'function') throw new Error('it has no addon with a Core')
    return addon
  } catch (error) {
    throw bad(
      `cannot be loaded: ${firstLine(error)}; its install script fetches the addon that it needs`,
      error,
    )
  }
}

function checkedAddon(ov: NodeAddon): OpenVINONode {
  let version: string
  let sum: unknown
  try {
    version = ov.getOpenvinoVersion().buildNumber
  } catch (error) {
    throw bad(`does not tell its version: ${firstLine(error)}`, error)
  }
  if (Number.parseInt(version) !== SUPPORTED_MAJOR)
    throw new OpenVINOError(
      'WRONG_VERSION',
      `The installed openvino-node is OpenVINO ${version}, and this package needs ${SUPPORTED_MAJOR}.x`,
    )
  try {
    const core = new ov.Core()
    const weights = Buffer.from(Float32Array.of(1, 2).buffer)
    const model = core.readModelSync(Buffer.from(CHECK_MODEL), weights)
    const request = core.compileModelSync(model, 'CPU').createInferRequest()
    const x = new ov.Tensor('f32', [2], Float32Array.of(10, -20))
    sum = request.infer({ x }).y?.data
  } catch (error) {
    throw bad(`cannot run a model of one addition: ${firstLine(error)}`, error)
  }
  if (!isDeepStrictEqual(sum, Float32Array.of(11, -18)))
    throw bad(`computes [10, -20] + [1, 2] wrong: ${String(sum)}`)
  return { ov, version }
}

const bad = (fault: string, cause?: unknown): OpenVINOError =>
  new OpenVINOError('BAD_ADDON', `The installed openvino-node ${fault}`, { cause })

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? ''
