import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Checkpoint, openCheckpoint } from '../../src/checkpoint/checkpoint.ts'
import { expectedTensors, LM_HEAD } from '../../src/checkpoint/expected-tensors.ts'
import { ALIGNMENT } from '../../src/ir/bin-plan.ts'
import { emitIr, type IrPart } from '../../src/ir/emitter.ts'
import { readIrGraph } from '../../src/ir/ir-graph.ts'
import { PART_NAMES, partGraphs } from '../../src/ir/parts.ts'
import type { WeightSettings } from '../../src/ir/weight-form.ts'
import { MODEL } from './model-copies.ts'

const INT4: WeightSettings = { precision: 'int4', groupSize: 32, scheme: 'asymmetric', headPrecision: 'int4' }

async function emitted(settings: WeightSettings, change: (checkpoint: Checkpoint) => Checkpoint = (c) => c) {
  const checkpoint = change(await openCheckpoint(MODEL))
  await checkpoint.close() // no weight is read
  const parts = PART_NAMES.map((part) =>
    emitIr((name) => checkpoint.tensor(name), settings, partGraphs(part, checkpoint)),
  )
  return { parts, config: checkpoint.config }
}

const storedNames = (parts: readonly IrPart[]) =>
  parts.flatMap(({ bin }) => bin.tensors.map(({ entry }) => entry.name)).toSorted()

test('the three parts together hold every tensor of a checkpoint once, the output matrix of its own where there is one', async () => {
  const { parts, config } = await emitted(INT4)
  const all = [...expectedTensors(config).keys()].toSorted()
  assert.deepEqual(
    storedNames(parts),
    all.filter((name) => name !== LM_HEAD),
  )
  const untied = await emitted(INT4, (checkpoint) => ({
    ...checkpoint,
    lmHead: LM_HEAD,
    tensor: (name) => ({ ...checkpoint.tensor(name), name }),
  }))
  assert.deepEqual(storedNames(untied.parts), all)
})

test('constants lie side by side, aligned, in the order of the checkpoint, and the graph knows where', async () => {
  for (const { xml, bin } of (await emitted(INT4)).parts) {
    const places = [...xml.values()].flatMap((graph) =>
      readIrGraph(graph, 'part.xml', bin.byteLength).flatMap(({ place }) => place ?? []),
    )
    // What several graphs of a part need lies there once.
    const constants = new Map(places.map(({ offset, byteLength }) => [offset, byteLength]))
    let end = 0
    for (const [offset, byteLength] of [...constants].toSorted(([a], [b]) => a - b)) {
      assert.ok(offset >= end && offset - end < ALIGNMENT && offset % ALIGNMENT === 0)
      end = offset + byteLength
    }
    assert.equal(end, bin.byteLength)
    const inSource = bin.tensors.map(({ entry }) => entry.offset)
    assert.deepEqual(
      inSource,
      inSource.toSorted((a, b) => a - b),
    )
    const starts = bin.tensors.map(({ pieces }) => bin.offsetOf(pieces[0]!))
    assert.deepEqual(
      starts,
      starts.toSorted((a, b) => a - b),
    )
  }
})

test('graphs with outputs for each layer take and give what the plain ones do, the layers, and of vision any size', async () => {
  const { parts } = await emitted(INT4)
  const graph = (part: number, name: string) =>
    readIrGraph(parts[part]!.xml.get(name)!, `${name}.xml`, parts[part]!.bin.byteLength)
  const outputs = (layers: ReturnType<typeof graph>) =>
    layers.flatMap(({ operator, sources }) => (operator === 'Result' ? sources[0]!.output!.names : []))
  const numbered = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}.${i}`)
  for (const [part, name, layers] of [
    [0, 'vision', 2],
    [2, 'text', 3],
  ] as const) {
    const plain = outputs(graph(part, name))
    const [states, attentions] = ['states', 'attentions'].map((detail) => graph(part, `${name}-${detail}`))
    assert.deepEqual(outputs(states!).toSorted(), [...plain, ...numbered('hidden_states', layers)].toSorted())
    assert.deepEqual(
      outputs(attentions!).toSorted(),
      [...outputs(states!), ...numbered('attentions', layers)].toSorted(),
    )
    const fused = (layer: { readonly operator: string }) => layer.operator === 'ScaledDotProductAttention'
    assert.equal(states!.filter(fused).length, layers)
    assert.equal(attentions!.filter(fused).length, 0)
  }
  assert.deepEqual(
    graph(0, 'vision-states').flatMap(({ operator, name, output }) =>
      operator === 'Parameter' ? [[name, output!.shape]] : [],
    ),
    [
      ['pixel_values', [undefined, 3, undefined, undefined]],
      ['position_embedding', [undefined, 48]],
    ],
  )
})

test('inputs, outputs and layers have the names of the architecture', async () => {
  const { parts } = await emitted({ ...INT4, precision: 'fp32' })
  const graphs = parts.map(({ xml, bin }, i) =>
    readIrGraph(xml.get(PART_NAMES[i]!)!, 'part.xml', bin.byteLength),
  )
  const names = (operator: string) =>
    graphs.map((graph) => graph.filter((layer) => layer.operator === operator).map(({ name }) => name))
  assert.deepEqual(names('Parameter'), [
    ['pixel_values'],
    ['image_features'],
    [
      'input_ids',
      'image_embeds',
      'image_slots',
      'position_embeddings',
      'attention_bias',
      'logits_to_keep',
      'beam_idx',
    ],
  ])
  assert.deepEqual(
    graphs.map((graph) =>
      graph.flatMap(({ operator, sources }) => (operator === 'Result' ? sources[0]!.output!.names : [])),
    ),
    [
      ['last_hidden_state', 'pooler_output', 'image_features'],
      ['image_embeds', 'projection_attentions'],
      ['last_hidden_state', 'logits'],
    ],
  )
  assert.deepEqual(
    graphs[2]!.flatMap(({ attributes, operator }) =>
      operator === 'ReadValue' ? attributes.get('variable_id') : [],
    ),
    [0, 1, 2].flatMap((layer) => [`layers.${layer}.key`, `layers.${layer}.value`]),
  )
  for (const name of [
    'text_model.model.layers.1.self_attn/ScaledDotProductAttention',
    'text_model.model.layers.1.self_attn.k_proj/ReadValue',
    'text_model.model.layers.1.ffn.fc1/Gelu',
    'text_model.model.layers.1.ffn.fc1.weight',
  ])
    assert.ok(
      graphs[2]!.some((layer) => layer.name === name),
      name,
    )
})
