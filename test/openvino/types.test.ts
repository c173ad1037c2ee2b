// Our interfaces fit where openvino-node's are asked for. The compiler checks it, in the type check of `npm test`.
import { test } from 'node:test'
import type { NodeAddon as OpenVINONode } from 'openvino-node'
import type { NodeAddon } from '../../src/openvino/types.ts'

const asOpenVINONode = (ov: NodeAddon): OpenVINONode => ov

test('our NodeAddon can be used wherever openvino-node’s is expected', () => {
  asOpenVINONode({} as NodeAddon)
})
