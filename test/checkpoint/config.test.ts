import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { Kosmos2Config } from '../../src/checkpoint/config.ts'
import { temporaryFolder } from './make-safetensors.ts'

type Json = Record<string, unknown>
const readJson = (path: string): Json =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../goldens', path), 'utf8')) as Json

test('a configuration without values has the defaults of the reference, field for field', () => {
  const reference = readJson('kosmos2/config-defaults.json')
  const expectSubset = (mine: Json, theirs: Json): void => {
    for (const [key, value] of Object.entries(mine))
      if (key !== 'text_config' && key !== 'vision_config') assert.deepEqual(value, theirs[key], key)
  }
  const mine = new Kosmos2Config().toJSON()
  expectSubset(mine, reference)
  for (const part of ['text_config', 'vision_config'] as const) {
    expectSubset(mine[part] as Json, reference[part] as Json)
    // What the reference has beyond ours is what every transformers configuration has.
    const general = Object.keys(reference[part] as Json).filter((key) => !(key in (mine[part] as Json)))
    assert.deepEqual(
      general.filter((key) => !(key in reference)),
      [],
    )
  }
})

test('a saved configuration reads back the same, keys unknown here included', async (t) => {
  const given = readJson('model-a/config.json')
  const text_config = { ...(given['text_config'] as Json), future_text_key: [1, { a: null }] }
  const config = new Kosmos2Config({ ...given, text_config, future_key: 'x' })
  assert.deepEqual(config.toJSON(), { ...given, text_config, future_key: 'x' })
  assert.equal(config.text_config.embed_dim, 64)
  const folder = temporaryFolder(t)
  await config.save_pretrained(folder)
  assert.deepEqual((await Kosmos2Config.from_pretrained(folder)).toJSON(), config.toJSON())
})

test('parts left out or null have their defaults, and the general names of transformers are understood', () => {
  const config = new Kosmos2Config({
    text_config: { hidden_size: 16, num_hidden_layers: 2, num_attention_heads: 4 },
    vision_config: null,
  })
  const { embed_dim, layers, attention_heads, ffn_dim } = config.text_config
  assert.deepEqual(
    { embed_dim, layers, attention_heads, ffn_dim },
    { embed_dim: 16, layers: 2, attention_heads: 4, ffn_dim: 8192 },
  )
  assert.deepEqual(config.vision_config, new Kosmos2Config().vision_config)
  assert.ok(!('hidden_size' in config.text_config))
})

const bad: readonly (readonly [Json, RegExp])[] = [
  [
    { text_config: { embed_dim: '64' } },
    /expected an integer from 4 to 262144 for text_config\.embed_dim, but found '64'/,
  ],
  [{ text_config: { layers: 0 } }, /an integer from 1 to 4096 for text_config\.layers, but found 0/],
  [{ text_config: { layers: 1e9 } }, /text_config\.layers, but found 1000000000/],
  [{ text_config: { ffn_dim: 10.5 } }, /text_config\.ffn_dim, but found 10\.5/],
  [{ text_config: { vocab_size: null } }, /text_config\.vocab_size, but found null/],
  [
    { text_config: { embed_dim: 30, attention_heads: 4 } },
    /a divisor of embed_dim 30 for text_config\.attention_heads, but found 4/,
  ],
  [
    { text_config: { activation_function: 'relu' } },
    /"gelu" or "quick_gelu" for text_config\.activation_function, but found 'relu'/,
  ],
  [
    { text_config: { add_cross_attention: true } },
    /expected false for text_config\.add_cross_attention, but found true/,
  ],
  [{ text_config: { layer_norm_eps: 0 } }, /a number above 0 for text_config\.layer_norm_eps, but found 0/],
  [{ text_config: { scale_embedding: 1 } }, /true or false for text_config\.scale_embedding, but found 1/],
  [{ text_config: { pad_token_id: null } }, /text_config\.pad_token_id, but found null/],
  [
    { text_config: { vocab_size: 10, eos_token_id: [2, 10] } },
    /ids below vocab_size 10 for .*eos_token_id, but found 10/,
  ],
  [
    { text_config: { eos_token_id: [] } },
    /or a list of such, or null for text_config\.eos_token_id, but found \[\]/,
  ],
  [
    { text_config: { hidden_size: 8, embed_dim: 16 } },
    /the same as embed_dim, 16 for text_config\.hidden_size, but found 8/,
  ],
  [{ text_config: [] }, /an object for text_config, but found \[\]/],
  [
    { vision_config: { hidden_size: 50, num_attention_heads: 4 } },
    /a divisor of hidden_size 50 for vision_config\.num_attention_heads/,
  ],
  [{ vision_config: { image_size: [224, 224] } }, /vision_config\.image_size, but found \[ 224, 224 \]/],
  [{ vision_config: { image_size: 8 } }, /at most image_size 8 for vision_config\.patch_size, but found 14/],
  [{ projection_is_causal: 'no' }, /true or false for projection_is_causal, but found 'no'/],
  [{ latent_query_num: -1 }, /an integer from 1 to 4096 for latent_query_num, but found -1/],
]
for (const [values, message] of bad)
  test(`${JSON.stringify(values)} is refused with key, expectation and value`, () => {
    assert.throws(() => new Kosmos2Config(values), { name: 'CheckpointError', code: 'BAD_CONFIG', message })
  })

test('the key of our own is written back where it was given, and not added where it was not', () => {
  assert.equal(new Kosmos2Config().projection_is_causal, false)
  assert.ok(!('projection_is_causal' in new Kosmos2Config().toJSON()))
  const config = new Kosmos2Config({ projection_is_causal: true })
  assert.equal(config.projection_is_causal, true)
  assert.equal(config.toJSON()['projection_is_causal'], true)
})

test('a configuration of another model is no checkpoint of this one', async (t) => {
  const folder = temporaryFolder(t)
  await writeFile(join(folder, 'config.json'), '{"model_type": "kosmos-2.5"}')
  await assert.rejects(Kosmos2Config.from_pretrained(folder), {
    code: 'NOT_A_CHECKPOINT',
    message: /config\.json: expected model_type "kosmos-2", but found 'kosmos-2\.5'/,
  })
})

test('a key that names a part of every object changes nothing but its own field', () => {
  const config = new Kosmos2Config(
    JSON.parse('{"__proto__": {"latent_query_num": 7}, "toJSON": 1}') as object,
  )
  assert.equal(config.latent_query_num, 64)
  assert.equal(config.toJSON()['toJSON'], 1)
})
