// The text model: a decoder with sinusoidal positions and Magneto's extra norms inside attention and feed-forward.
// Mirrors Kosmos2TextTransformer and Kosmos2TextForCausalLM in transformers' modeling_kosmos2.py.
import type { Kosmos2TextConfig } from '../checkpoint/config.ts'
import { type Graph, type Value, type WeightScope, weightScope } from './graph.ts'
import type { Detail } from './layer-outputs.ts'

/**
 * Inputs, S being the new positions and T all positions so far:
 * `input_ids` [B, S]; `image_embeds` [N, D] with `image_slots` [B, S], where a position with slot n >= 0 takes row n
 * of image_embeds in place of its token's embedding; `position_embeddings` [B, S, D], see position-embeddings.ts;
 * `attention_bias` [B, 1, S, T], see attention-bias.ts; `logits_to_keep` [1].
 * Outputs `last_hidden_state` [B, S, D] and `logits` [B, logits_to_keep, vocab_size] of the last positions.
 *
 * @param tied - whether the output matrix is the token embedding (tie_word_embeddings), or one of its own
 * @param detail - whether there are outputs for each layer too: `hidden_states.<layer>` [B, S, D] and
 *   `attentions.<layer>` [B, H, S, T]
 */
export function textGraph(
  g: Graph,
  c: Kosmos2TextConfig,
  { tied, detail }: { readonly tied: boolean; readonly detail?: Detail | undefined },
): void {
  const w = weightScope('text_model.model')
  const head = tied ? w.at('embed_tokens') : weightScope('text_model.lm_head')
  const input_ids = g.input('input_ids', 'int64', ['batch', 'sequence'])
  const image_embeds = g.input('image_embeds', 'float32', ['rows', c.embed_dim])
  const image_slots = g.input('image_slots', 'int64', ['batch', 'sequence'])
  const positions = g.input('position_embeddings', 'float32', ['batch', 'sequence', c.embed_dim])
  const bias = g.input('attention_bias', 'float32', ['batch', 1, 'sequence', 'total'])
  const logits_to_keep = g.input('logits_to_keep', 'int64', [1])

  let x = g.replaceRows(g.embedding(input_ids, w.at('embed_tokens')), image_embeds, image_slots) // [B, S, D]
  if (c.scale_embedding) x = g.scale(x, Math.sqrt(c.embed_dim))
  x = g.add(x, positions)
  for (let i = 0; i < c.layers; i++) {
    if (detail !== undefined) g.output(`hidden_states.${i}`, x)
    const attentions = detail === 'attentions' ? `attentions.${i}` : undefined
    x = textLayer(g, w.at('layers').at(i), c, x, bias, `layers.${i}`, attentions)
  }
  x = g.layerNorm(x, w.at('layer_norm'), c.layer_norm_eps)

  g.output('last_hidden_state', x)
  g.output('logits', g.linear(g.lastPositions(x, logits_to_keep), head, { bias: false }))
}

function textLayer(
  g: Graph,
  w: WeightScope,
  c: Kosmos2TextConfig,
  x: Value,
  bias: Value,
  cache: string,
  attentions: string | undefined,
): Value {
  const normed = g.layerNorm(x, w.at('self_attn_layer_norm'), c.layer_norm_eps)
  x = g.add(x, textAttention(g, w.at('self_attn'), c, normed, bias, cache, attentions))
  return g.add(
    x,
    textFeedForward(g, w.at('ffn'), c, g.layerNorm(x, w.at('final_layer_norm'), c.layer_norm_eps)),
  )
}

function textAttention(
  g: Graph,
  w: WeightScope,
  c: Kosmos2TextConfig,
  x: Value,
  bias: Value,
  cache: string,
  attentions: string | undefined,
): Value {
  const heads = c.attention_heads
  const query = g.splitHeads(g.linear(x, w.at('q_proj')), heads) // [B, H, S, Dh]
  const key = g.cached(`${cache}.key`, g.splitHeads(g.linear(x, w.at('k_proj')), heads)) // [B, H, T, Dh]
  const value = g.cached(`${cache}.value`, g.splitHeads(g.linear(x, w.at('v_proj')), heads))
  const { context, weights } = g.attention(query, key, value, {
    scale: (c.embed_dim / heads) ** -0.5,
    bias,
    wantWeights: attentions !== undefined,
  })
  if (attentions !== undefined) g.output(attentions, weights!)
  const normed = g.layerNorm(g.mergeHeads(context), w.at('inner_attn_ln'), c.layer_norm_eps) // [B, S, D]
  return g.linear(normed, w.at('out_proj'))
}

function textFeedForward(g: Graph, w: WeightScope, c: Kosmos2TextConfig, x: Value): Value {
  const hidden = g.activation(c.activation_function, g.linear(x, w.at('fc1'))) // [B, S, ffn_dim]
  return g.linear(g.layerNorm(hidden, w.at('ffn_layernorm'), c.layer_norm_eps), w.at('fc2'))
}
