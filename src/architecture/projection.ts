// From picture to text: a fixed number of latent queries look at the vision features and become the "image tokens"
// of the text model. Mirrors Kosmos2ImageToTextProjection in transformers' modeling_kosmos2.py.
import type { Kosmos2Config } from '../checkpoint/config.ts'
import { type Graph, type Value, weightScope } from './graph.ts'

/**
 * Input `image_features` [B, 1 + P, Dv] from the vision tower. Outputs `image_embeds` [B, Q, D], Q being
 * latent_query_num, and `projection_attentions` [B, H, Q, 1 + P + Q]: the queries look at the picture and, after
 * it, at one another.
 */
export function projectionGraph(g: Graph, c: Kosmos2Config): void {
  const w = weightScope('image_to_text_projection')
  const { embed_dim, attention_heads: heads } = c.text_config
  const features = g.input('image_features', 'float32', ['batch', 'positions', c.vision_config.hidden_size])

  const seen = g.linear(features, w.at('dense')) // [B, 1 + P, D]
  const queries = g.repeatForBatch(g.weight(w.at('latent_query')), seen) // [B, Q, D]
  const source = g.concat([seen, queries], 1) // [B, 1 + P + Q, D]

  const attention = w.at('x_attn')
  const query = g.splitHeads(g.linear(queries, attention.at('q_proj')), heads) // [B, H, Q, Dh]
  const key = g.splitHeads(g.linear(source, attention.at('k_proj')), heads)
  const value = g.splitHeads(g.linear(source, attention.at('v_proj')), heads)
  const { context, weights } = g.attention(query, key, value, {
    scale: (embed_dim / heads) ** -0.5,
    ...(c.projection_is_causal && { bias: causalBias(g, c) }),
    wantWeights: true,
  })
  g.output('image_embeds', g.linear(g.mergeHeads(context), attention.at('out_proj')))
  if (weights !== undefined) g.output('projection_attentions', weights)
}

/** [1, 1, Q, 1 + P + Q]: query i sees the keys 0 to i. See Kosmos2Config.projection_is_causal. */
function causalBias(g: Graph, c: Kosmos2Config): Value {
  const queries = c.latent_query_num
  const positions = 1 + Math.floor(c.vision_config.image_size / c.vision_config.patch_size) ** 2
  const keys = positions + queries
  const bias = Float32Array.from({ length: queries * keys }, (_, i) =>
    i % keys > Math.floor(i / keys) ? BLOCKED : 0,
  )
  return g.constant(bias, [1, 1, queries, keys])
}

/** Enough that its exponential is 0, and within what float16 and bfloat16 can hold. */
const BLOCKED = -65504
