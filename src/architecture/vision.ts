// The vision tower: CLIP's ViT. Mirrors Kosmos2VisionTransformer in transformers' modeling_kosmos2.py.
import type { Kosmos2VisionConfig } from '../checkpoint/config.ts'
import { type Graph, type Value, type WeightScope, weightScope } from './graph.ts'
import type { Detail } from './layer-outputs.ts'

/**
 * Input `pixel_values` [B, 3, image_size, image_size]. Outputs, P being the number of patches: `last_hidden_state`
 * [B, 1 + P, Dv]; `pooler_output` [B, Dv], its class position after the last norm; `image_features` [B, 1 + P, Dv],
 * all of it after the last norm and with length 1, which is what the projection takes.
 * @param detail - whether there are outputs for each layer too: `hidden_states.<layer>` [B, 1 + P, Dv] and
 *   `attentions.<layer>` [B, H, 1 + P, 1 + P]. Such a graph also takes pictures of any size, `pixel_values`
 *   [B, 3, height, width], and with them their positions, `position_embedding` [1 + P, Dv], see position-interpolation.ts
 */
export function visionGraph(g: Graph, c: Kosmos2VisionConfig, detail?: Detail): void {
  const w = weightScope('vision_model.model')
  const sides = detail === undefined ? [c.image_size, c.image_size] : ['height', 'width']
  const pixels = g.input('pixel_values', 'float32', ['batch', c.num_channels, ...sides])
  const positions =
    detail === undefined
      ? g.weight(w.at('embeddings.position_embedding.weight'))
      : g.input('position_embedding', 'float32', ['positions', c.hidden_size])
  let x = visionEmbeddings(g, w.at('embeddings'), pixels, positions) // [B, 1 + P, Dv]
  x = g.layerNorm(x, w.at('pre_layrnorm'), c.layer_norm_eps) // the checkpoint's own spelling
  for (let i = 0; i < c.num_hidden_layers; i++) {
    if (detail !== undefined) g.output(`hidden_states.${i}`, x)
    const attentions = detail === 'attentions' ? `attentions.${i}` : undefined
    x = visionLayer(g, w.at('encoder.layers').at(i), c, x, attentions)
  }

  const normed = g.layerNorm(x, w.at('post_layernorm'), c.layer_norm_eps) // [B, 1 + P, Dv]
  g.output('last_hidden_state', x)
  g.output('pooler_output', g.position(normed, 0)) // [B, Dv]
  g.output('image_features', g.l2Normalize(normed))
}

function visionEmbeddings(g: Graph, w: WeightScope, pixels: Value, positions: Value): Value {
  const patches = g.patchEmbedding(pixels, w.at('patch_embedding')) // [B, P, Dv]
  const classRow = g.repeatForBatch(g.weight(w.at('class_embedding')), patches) // [B, 1, Dv]
  const rows = g.concat([classRow, patches], 1) // [B, 1 + P, Dv]
  return g.add(rows, positions)
}

function visionLayer(
  g: Graph,
  w: WeightScope,
  c: Kosmos2VisionConfig,
  x: Value,
  attentions: string | undefined,
): Value {
  const normed = g.layerNorm(x, w.at('layer_norm1'), c.layer_norm_eps)
  x = g.add(x, visionAttention(g, w.at('self_attn'), c, normed, attentions))
  return g.add(x, visionMlp(g, w.at('mlp'), c, g.layerNorm(x, w.at('layer_norm2'), c.layer_norm_eps)))
}

function visionAttention(
  g: Graph,
  w: WeightScope,
  c: Kosmos2VisionConfig,
  x: Value,
  attentions: string | undefined,
): Value {
  const heads = c.num_attention_heads
  const query = g.splitHeads(g.linear(x, w.at('q_proj')), heads) // [B, H, 1 + P, Dh]
  const key = g.splitHeads(g.linear(x, w.at('k_proj')), heads)
  const value = g.splitHeads(g.linear(x, w.at('v_proj')), heads)
  const { context, weights } = g.attention(query, key, value, {
    scale: (c.hidden_size / heads) ** -0.5,
    wantWeights: attentions !== undefined,
  })
  if (attentions !== undefined) g.output(attentions, weights!)
  return g.linear(g.mergeHeads(context), w.at('out_proj'))
}

function visionMlp(g: Graph, w: WeightScope, c: Kosmos2VisionConfig, x: Value): Value {
  const hidden = g.activation(c.hidden_act, g.linear(x, w.at('fc1'))) // [B, 1 + P, intermediate_size]
  return g.linear(hidden, w.at('fc2'))
}
