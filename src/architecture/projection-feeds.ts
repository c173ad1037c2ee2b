// What the projection graph takes: the vision tower's features, checked, and for models that want it a bias.
import type { Kosmos2Config } from '../checkpoint/config.ts'
import { expectFloat32, float32, type TensorLike } from '../tensor.ts'

/** The projection graph's inputs by name; see projection.ts for their shapes. */
export type ProjectionFeeds = Readonly<Record<'image_features', TensorLike>> & {
  readonly attention_bias?: TensorLike
}

/** @throws {TypeError} for a tensor of another type or shape */
export function projectionFeeds(image_features: unknown, config: Kosmos2Config): ProjectionFeeds {
  const { vision_config, latent_query_num: queries } = config
  const features = expectFloat32('image_features', image_features, [
    'B',
    'positions',
    vision_config.hidden_size,
  ])
  if (!config.projection_is_causal) return { image_features: features }
  return { image_features: features, attention_bias: causalBias(queries, features.dims[1]! + queries) }
}

/** [1, 1, Q, 1 + P + Q]: query i sees the keys 0 to i. See Kosmos2Config.projection_is_causal. */
function causalBias(queries: number, keys: number): TensorLike {
  const bias = new Float32Array(queries * keys)
  // Row by row, as every picture pays for it.
  for (let query = 0; query < queries; query++)
    bias.fill(BLOCKED, query * keys + query + 1, (query + 1) * keys)
  return float32(bias, [1, 1, queries, keys])
}

/** Enough that its exponential is 0, and within what float16 and bfloat16 can hold. */
const BLOCKED = -65504
