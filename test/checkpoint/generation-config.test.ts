import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Kosmos2Config } from '../../src/checkpoint/config.ts'
import { generationConfig, readGenerationConfig } from '../../src/checkpoint/generation-config.ts'
import { temporaryFolder } from './make-safetensors.ts'

const repository = join(import.meta.dirname, '../..')

test("the embedded model's settings are read, and keys that are no setting of generate are passed over", async () => {
  const folder = join(repository, 'models/kosmos2-tiny')
  const file = JSON.parse(readFileSync(join(folder, 'generation_config.json'), 'utf8')) as {
    max_new_tokens: number
    transformers_version: string
  }
  assert.ok(file.max_new_tokens > 0 && file.transformers_version !== '')
  assert.deepEqual(await readGenerationConfig(folder, await Kosmos2Config.from_pretrained(folder)), {
    max_new_tokens: file.max_new_tokens,
    bos_token_id: 0,
    pad_token_id: 1,
    eos_token_id: 2,
  })
})

// What transformers 5.18 gives for the same config.json without generation_config.json.
test('without the file the settings are those of config.json, its top before its text_config', async (t) => {
  const folder = temporaryFolder(t)
  const tokens = { bos_token_id: 0, pad_token_id: 1, eos_token_id: 2 }
  const read = (values: object): Promise<unknown> => readGenerationConfig(folder, new Kosmos2Config(values))
  assert.deepEqual(await read({}), tokens)
  assert.deepEqual(await read({ max_length: 33, eos_token_id: 7 }), {
    ...tokens,
    max_length: 33,
    eos_token_id: 7,
  })
  assert.deepEqual(
    await read({
      num_beams: 4,
      text_config: { num_beams: 2, max_length: 20, no_repeat_ngram_size: 0, bad_words_ids: null },
    }),
    { ...tokens, num_beams: 4, max_length: 20, no_repeat_ngram_size: 0 },
  )
})

test('the file alone counts where there is one', async (t) => {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, 'generation_config.json'), '{"eos_token_id": [2, 5], "temperature": null}')
  assert.deepEqual(await readGenerationConfig(folder, new Kosmos2Config()), { eos_token_id: [2, 5] })
})

test('a setting out of range, or one that would change the tokens and is not there, is refused by name', () => {
  const bad: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{ temperature: 0 }, /GenerationConfig: expected a number above 0 for temperature, but found 0/],
    [{ max_new_tokens: '5' }, /an integer from 1 to 2147483647 for max_new_tokens, but found '5'/],
    [{ top_p: 1.5 }, /a number from 0 to 1 for top_p, but found 1.5/],
    [{ eos_token_id: [2, -1] }, /or a list of such for eos_token_id, but found \[ 2, -1 \]/],
    [{ early_stopping: 'maybe' }, /true or false or "never" for early_stopping/],
    [
      { num_beam_groups: 3 },
      /expected 1 or nothing \(this library has no such setting\) for num_beam_groups, but found 3/,
    ],
    [{ bad_words_ids: [[4]] }, /expected null or nothing .* for bad_words_ids, but found \[ \[ 4 \] \]/],
  ]
  for (const [values, message] of bad)
    assert.throws(() => generationConfig(values), { code: 'BAD_CONFIG', message })
})
