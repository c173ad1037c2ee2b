// Ways to resize an input: OpenVINO's numbers for them (ov_preprocess_resize_algorithm_e), and their names.
import type { resizeAlgorithm as ResizeAlgorithm } from './types.ts'

const NAMES = ['RESIZE_LINEAR', 'RESIZE_CUBIC', 'RESIZE_NEAREST']

/** Ways to resize; each is its own name, as in openvino-node. */
export const resizeAlgorithm = Object.freeze(
  Object.fromEntries(NAMES.map((name) => [name, name])),
) as unknown as typeof ResizeAlgorithm

/** OpenVINO's number of a way to resize. */
export function resizeAlgorithmCode(name: unknown): number {
  if (typeof name === 'string' && NAMES.includes(name)) return NAMES.indexOf(name)
  throw new TypeError(`Not supported resizeAlgorithm. It is one of ${NAMES.join(', ')}.`)
}
