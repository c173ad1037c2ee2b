import assert from 'node:assert/strict'
import { test } from 'node:test'
import { projectionFeeds } from '../../src/architecture/projection-feeds.ts'
import { Kosmos2Config } from '../../src/checkpoint/config.ts'
import { float32 } from '../../src/tensor.ts'

const features = float32(new Float32Array(3 * 16), [1, 3, 16])
const config = (projection_is_causal: boolean) =>
  new Kosmos2Config({
    latent_query_num: 2,
    projection_is_causal,
    vision_config: { hidden_size: 16 },
  })

test('a causal projection has a bias: query i sees the keys 0 to i, of positions and queries', () => {
  const { attention_bias } = projectionFeeds(features, config(true))
  assert.deepEqual(attention_bias?.dims, [1, 1, 2, 5])
  const isSeen = Array.from(attention_bias.data as Float32Array, (score) => score === 0)
  assert.deepEqual(isSeen, [true, false, false, false, false, true, true, false, false, false])
})

test('any other has none', () => {
  assert.deepEqual(Object.keys(projectionFeeds(features, config(false))), ['image_features'])
  assert.throws(
    () => projectionFeeds(float32(new Float32Array(8), [1, 1, 8]), config(false)),
    /image_features/,
  )
})
