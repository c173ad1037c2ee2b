import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Kosmos2Config } from '../../src/checkpoint/config.ts'
import { expectedTensors } from '../../src/checkpoint/expected-tensors.ts'

test('the default configuration asks for exactly the tensors and shapes of the published checkpoint', () => {
  const path = join(import.meta.dirname, '../goldens/kosmos2/tensors.json')
  const published = JSON.parse(readFileSync(path, 'utf8')) as Record<string, number[]>
  const expected = [...expectedTensors(new Kosmos2Config())].map(([name, { shape }]) => [name, shape])
  assert.deepEqual(Object.fromEntries(expected), published)
})

test('every dimension names the key of config.json that sets it', () => {
  const config = new Kosmos2Config()
  const values: Record<string, number> = {
    latent_query_num: config.latent_query_num,
    'vision_config.image_size and patch_size': 16 * 16 + 1,
  }
  for (const part of ['text_config', 'vision_config'] as const)
    for (const [key, value] of Object.entries(config[part])) values[`${part}.${key}`] = value as number
  for (const [name, { shape, setBy }] of expectedTensors(config))
    assert.deepEqual(
      setBy.map((key) => values[key]),
      shape,
      name,
    )
})
