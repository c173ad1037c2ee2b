// The tensors that a configuration asks of a checkpoint, named as transformers names them
// (the parameters of Kosmos2ForConditionalGeneration, modeling_kosmos2.py).
import type { Kosmos2Config } from './config.ts'

/** A tensor that the model needs. */
export interface ExpectedTensor {
  readonly shape: readonly number[]
  /** For each dimension the key of config.json that sets it; `''` where the architecture does. */
  readonly setBy: readonly string[]
}

/** Token embeddings, [vocab_size, embed_dim]. */
export const TOKEN_EMBEDDING = 'text_model.model.embed_tokens.weight'
/** Output matrix, [vocab_size, embed_dim]: the embeddings themselves where the two are tied. */
export const LM_HEAD = 'text_model.lm_head.weight'
/** Positions of the vision tower, [1 + patches, hidden_size]: the class position's first. */
export const POSITION_EMBEDDING = 'vision_model.model.embeddings.position_embedding.weight'
/** The name under which the output matrix is stored: the embedding's where the configuration says that they are one. */
export const outputMatrix = ({ tie_word_embeddings, text_config }: Kosmos2Config): string =>
  tie_word_embeddings || text_config.tie_word_embeddings ? TOKEN_EMBEDDING : LM_HEAD
/** Layers of the text decoder and of the vision tower, each as `<prefix>.<number>`. */
export const TEXT_LAYERS = 'text_model.model.layers'
export const VISION_LAYERS = 'vision_model.model.encoder.layers'

interface Dimension {
  readonly size: number
  readonly key: string
}

/** Every tensor of the model by name, with its shape. */
export function expectedTensors(config: Kosmos2Config): ReadonlyMap<string, ExpectedTensor> {
  const tensors = new Map<string, ExpectedTensor>()
  const add = (name: string, ...dimensions: readonly Dimension[]): void => {
    tensors.set(name, { shape: dimensions.map((d) => d.size), setBy: dimensions.map((d) => d.key) })
  }
  const linear = (name: string, from: Dimension, to: Dimension): void => {
    add(`${name}.weight`, to, from)
    add(`${name}.bias`, to)
  }
  const layerNorm = (name: string, size: Dimension): void => {
    add(`${name}.weight`, size)
    add(`${name}.bias`, size)
  }
  const attention = (name: string, size: Dimension): void => {
    for (const part of ['k_proj', 'v_proj', 'q_proj', 'out_proj']) linear(`${name}.${part}`, size, size)
  }

  const text = (key: 'vocab_size' | 'embed_dim' | 'ffn_dim'): Dimension => ({
    size: config.text_config[key],
    key: `text_config.${key}`,
  })
  const embed = text('embed_dim')
  const ffn = text('ffn_dim')
  add(TOKEN_EMBEDDING, text('vocab_size'), embed)
  for (let i = 0; i < config.text_config.layers; i++) {
    const layer = `${TEXT_LAYERS}.${i}`
    attention(`${layer}.self_attn`, embed)
    layerNorm(`${layer}.self_attn.inner_attn_ln`, embed)
    layerNorm(`${layer}.self_attn_layer_norm`, embed)
    linear(`${layer}.ffn.fc1`, embed, ffn)
    linear(`${layer}.ffn.fc2`, ffn, embed)
    layerNorm(`${layer}.ffn.ffn_layernorm`, ffn)
    layerNorm(`${layer}.final_layer_norm`, embed)
  }
  layerNorm('text_model.model.layer_norm', embed)
  add(LM_HEAD, text('vocab_size'), embed)

  const { image_size, patch_size, num_hidden_layers, ...vision } = config.vision_config
  const hidden = { size: vision.hidden_size, key: 'vision_config.hidden_size' }
  const inner = { size: vision.intermediate_size, key: 'vision_config.intermediate_size' }
  const channels = { size: vision.num_channels, key: 'vision_config.num_channels' }
  const patch = { size: patch_size, key: 'vision_config.patch_size' }
  const positions = {
    size: Math.floor(image_size / patch_size) ** 2 + 1,
    key: 'vision_config.image_size and patch_size',
  }
  const embeddings = 'vision_model.model.embeddings'
  add(`${embeddings}.class_embedding`, hidden)
  add(`${embeddings}.patch_embedding.weight`, hidden, channels, patch, patch)
  add(`${embeddings}.position_embedding.weight`, positions, hidden)
  layerNorm('vision_model.model.pre_layrnorm', hidden)
  for (let i = 0; i < num_hidden_layers; i++) {
    const layer = `${VISION_LAYERS}.${i}`
    attention(`${layer}.self_attn`, hidden)
    layerNorm(`${layer}.layer_norm1`, hidden)
    linear(`${layer}.mlp.fc1`, hidden, inner)
    linear(`${layer}.mlp.fc2`, inner, hidden)
    layerNorm(`${layer}.layer_norm2`, hidden)
  }
  layerNorm('vision_model.model.post_layernorm', hidden)

  const projection = 'image_to_text_projection'
  add(`${projection}.latent_query`, { size: config.latent_query_num, key: 'latent_query_num' }, embed)
  linear(`${projection}.dense`, hidden, embed)
  attention(`${projection}.x_attn`, embed)
  return tensors
}
