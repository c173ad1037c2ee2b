import assert from 'node:assert/strict'
import { test } from 'node:test'
import { projectionGraph } from '../../src/architecture/projection.ts'
import { textGraph } from '../../src/architecture/text.ts'
import { visionGraph } from '../../src/architecture/vision.ts'
import { openCheckpoint } from '../../src/checkpoint/checkpoint.ts'
import { expectedTensors, LM_HEAD } from '../../src/checkpoint/expected-tensors.ts'
import { emitOnnx } from '../../src/onnx/emitter.ts'

test('the three parts together read every tensor of a checkpoint with tied embeddings, each once, and copy none of it', async (t) => {
  const checkpoint = await openCheckpoint('test/goldens/model-a')
  t.after(() => checkpoint.close())
  const { config } = checkpoint
  const find = (name: string) => checkpoint.tensor(name)
  const parts = [
    emitOnnx('vision', find, (g) => {
      visionGraph(g, config.vision_config)
    }),
    emitOnnx('projection', find, (g) => {
      projectionGraph(g, config)
    }),
    emitOnnx('text', find, (g) => {
      textGraph(g, config.text_config, { tied: true })
    }),
  ]
  const read = parts.flatMap((part) => part.weightNames)
  assert.deepEqual(
    read.toSorted(),
    [...expectedTensors(config).keys()].filter((name) => name !== LM_HEAD).toSorted(),
  )
  assert.ok(parts.every((part) => part.bytes.length < 100_000))
  assert.deepEqual(
    parts[2]!.cache.map((entry) => entry.past),
    [0, 1, 2].flatMap((layer) => [`past.layers.${layer}.key`, `past.layers.${layer}.value`]),
  )
})
