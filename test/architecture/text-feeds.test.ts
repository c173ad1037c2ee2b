import assert from 'node:assert/strict'
import { test } from 'node:test'
import { textFeeds } from '../../src/architecture/text-feeds.ts'
import { Kosmos2Config } from '../../src/checkpoint/config.ts'
import { float32, int64 } from '../../src/tensor.ts'

const config = (await Kosmos2Config.from_pretrained('models/kosmos2-tiny')).text_config
const { embed_dim, max_position_embeddings, vocab_size } = config

function step(length: number, changes: object = {}) {
  const ones = int64(Array<number>(length).fill(1), [1, length])
  return {
    input_ids: int64(Array<number>(length).fill(5), [1, length]),
    attention_mask: ones,
    position_ids: ones,
    logitsToKeep: 1,
    ...changes,
  }
}

test('image rows fill the places of the mask in order', () => {
  const { image_slots, image_embeds } = textFeeds(
    step(4, {
      image_embeds: float32(new Float32Array(2 * embed_dim), [1, 2, embed_dim]),
      image_embeds_position_mask: int64([0, 1, 1, 0], [1, 4]),
    }),
    config,
    0,
  )
  assert.deepEqual([...(image_slots.data as BigInt64Array)], [-1n, 0n, 1n, -1n])
  assert.deepEqual(image_embeds.dims, [2, embed_dim])
})

test('more or fewer places than image rows are refused, with both numbers', () => {
  const image_embeds = float32(new Float32Array(2 * embed_dim), [1, 2, embed_dim])
  for (const [mask, count] of [
    [[0, 1, 1, 1], 3],
    [[0, 1, 0, 0], 1],
  ] as const)
    assert.throws(
      () => textFeeds(step(4, { image_embeds, image_embeds_position_mask: int64(mask, [1, 4]) }), config, 0),
      new RegExp(`${count} places for 1 x 2 = 2 rows`),
    )
})

test('an id outside the vocabulary is refused before the engine sees it', () => {
  assert.throws(
    () => textFeeds(step(1, { input_ids: int64([vocab_size], [1, 1]) }), config, 0),
    new RegExp(`ids from 0 to ${vocab_size - 1} .* received ${vocab_size}n`),
  )
})

test('a mask of another length than cache and new positions together is refused', () => {
  assert.throws(() => textFeeds(step(3), config, 2), /int64 tensor \[1, 5\] for attention_mask .* \[1, 3\]/)
})

test('a length four times beyond max_position_embeddings is refused before memory is taken', () => {
  assert.throws(
    () => textFeeds(step(1), config, 4 * max_position_embeddings),
    new RegExp(
      `at most ${4 * max_position_embeddings} tokens .* received ${4 * max_position_embeddings + 1}`,
    ),
  )
})
