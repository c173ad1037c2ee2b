// From picture to text: a fixed number of latent queries look at the vision features and become the "image tokens"
// of the text model. Mirrors Kosmos2ImageToTextProjection in transformers' modeling_kosmos2.py.
import type { Kosmos2Config } from '../checkpoint/config.ts'
import { type Graph, weightScope } from './graph.ts'

/**
 * Input `image_features` [B, 1 + P, Dv] from the vision tower. Outputs `image_embeds` [B, Q, D], Q being
 * latent_query_num, and `projection_attentions` [B, H, Q, 1 + P + Q]: the queries look at the picture and, after
 * it, at one another. Where projection_is_causal there is a second input, `attention_bias` [1, 1, Q, 1 + P + Q], see
 * projection-feeds.ts.
 */
export function projectionGraph(g: Graph, c: Kosmos2Config): void {
  const w = weightScope('image_to_text_projection')
  const { embed_dim, attention_heads: heads } = c.text_config
  const features = g.input('image_features', 'float32', ['batch', 'positions', c.vision_config.hidden_size])
  const bias = c.projection_is_causal
    ? g.input('attention_bias', 'float32', [1, 1, c.latent_query_num, 'keys'])
    : undefined

  const seen = g.linear(features, w.at('dense')) // [B, 1 + P, D]
  const queries = g.repeatForBatch(g.weight(w.at('latent_query')), seen) // [B, Q, D]
  const source = g.concat([seen, queries], 1) // [B, 1 + P + Q, D]

  const attention = w.at('x_attn')
  const query = g.splitHeads(g.linear(queries, attention.at('q_proj')), heads) // [B, H, Q, Dh]
  const key = g.splitHeads(g.linear(source, attention.at('k_proj')), heads)
  const value = g.splitHeads(g.linear(source, attention.at('v_proj')), heads)
  const { context, weights } = g.attention(query, key, value, {
    scale: (embed_dim / heads) ** -0.5,
    ...(bias !== undefined && { bias }),
    wantWeights: true,
  })
  g.output('image_embeds', g.linear(g.mergeHeads(context), attention.at('out_proj')))
  if (weights !== undefined) g.output('projection_attentions', weights)
}
