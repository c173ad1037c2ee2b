import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { textFeeds } from '../../src/architecture/text-feeds.ts'
import { openCompiled } from '../../src/compiled/open-compiled.ts'
import { promptPieces } from '../../src/compiled/prompt-pieces.ts'
import { float32, int64 } from '../../src/tensor.ts'
import { converted } from '../model/converted.ts'

const folder = await converted('test/goldens/model-a', 'fp32')
// Both in float32, and only the first splits prompts.
const config = {
  INFERENCE_PRECISION_HINT: 'f32',
  KV_CACHE_PRECISION: 'f32',
  DYNAMIC_QUANTIZATION_GROUP_SIZE: 0,
}
const { engine: fast } = await openCompiled(folder, { cacheFolder: null, config })
const { engine: accurate } = await openCompiled(folder, { cacheFolder: null, performance: 'accurate' })
after(() => Promise.all([fast.dispose(), accurate.dispose()]))

const { text_config, latent_query_num: queries } = accurate.config
const range = (length: number, value: (i: number) => number) => Array.from({ length }, (_, i) => value(i))

/** A prompt whose picture lies across the end of the first piece, and whose first token is padding. */
function prompt(length: number, logitsToKeep = 1) {
  const first = length - queries - 2
  const isPlace = (i: number) => i >= first && i < first + queries
  return {
    input_ids: int64(
      range(length, (i) => 5 + (i % 40)),
      [1, length],
    ),
    attention_mask: int64(
      range(length, (i) => Number(i > 0)),
      [1, length],
    ),
    position_ids: int64(
      range(length, (i) => i + 1),
      [1, length],
    ),
    image_embeds: float32(
      Float32Array.from({ length: queries * text_config.embed_dim }, (_, i) => Math.sin(i)),
      [1, queries, text_config.embed_dim],
    ),
    image_embeds_position_mask: int64(
      range(length, (i) => Number(isPlace(i))),
      [1, length],
    ),
    logitsToKeep,
  }
}
const next = (past: number) => ({
  input_ids: int64([9], [1, 1]),
  attention_mask: int64(
    range(past + 1, (i) => Number(i > 0)),
    [1, past + 1],
  ),
  position_ids: int64([past + 1], [1, 1]),
  logitsToKeep: 1,
})

test('a prompt in two pieces gives the logits of one in a single run, and so does the token after it', async () => {
  for (const [length, keep] of [
    [71, 1],
    [80, 3],
  ] as const) {
    const [split, whole] = await Promise.all([fast.openDecoder(), accurate.openDecoder()])
    for (const step of [prompt(length, keep), next(length)]) {
      const [a, b] = await Promise.all([split.step(step), whole.step(step)])
      assert.deepEqual(a.dims, b.dims)
      const expected = b.data as Float32Array
      const worst = (a.data as Float32Array).reduce(
        (most, value, i) => Math.max(most, Math.abs(value - expected[i]!)),
        0,
      )
      assert.ok(worst < 1e-4, `${length} positions: ${worst}`)
    }
    await Promise.all([split.dispose(), whole.dispose()])
  }
})

test('only a prompt a little longer than a block is split, and only where the last piece has all logits asked for', () => {
  const lengths = (length: number, keep = 1) => {
    const feeds = textFeeds(prompt(length, keep), text_config, 0)
    return promptPieces(feeds).map(({ input_ids }) => input_ids.dims[1])
  }
  assert.deepEqual(lengths(71), [64, 7])
  assert.deepEqual(lengths(80), [64, 16])
  assert.deepEqual(lengths(81), [81])
  assert.deepEqual(lengths(71, 8), [71])
})
