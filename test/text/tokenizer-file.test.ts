import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Kosmos2Tokenizer } from '../../src/text/tokenizer.ts'
import { temporaryFolder } from '../checkpoint/make-safetensors.ts'
import { CHECKPOINTS } from './goldens.ts'

type Json = Record<string, unknown>
const readJson = (folder: string, name: string): Json =>
  JSON.parse(readFileSync(join(folder, name), 'utf8')) as Json
const tiny = readJson(CHECKPOINTS.tiny, 'tokenizer.json') as Json & {
  readonly model: Json & { readonly vocab: unknown[] }
  readonly added_tokens: Json[]
}

/** A folder with these two files. */
function folderWith(t: TestContext, tokenizer: unknown, config?: unknown): string {
  const folder = temporaryFolder(t)
  const text = typeof tokenizer === 'string' ? tokenizer : JSON.stringify(tokenizer)
  writeFileSync(join(folder, 'tokenizer.json'), text)
  if (config !== undefined) writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(config))
  return folder
}

test('a file that is missing or damaged is refused with what was expected', async (t) => {
  const { model, added_tokens } = tiny
  const bad: [unknown, RegExp][] = [
    ['', /tokenizer\.json: not valid JSON/],
    ['{"model": 1, "model": 2}', /tokenizer\.json: not valid JSON: the key "model" appears twice/],
    [[], /expected a JSON object, but found \[\]/],
    [{ ...tiny, model: { ...model, type: 'BPE' } }, /expected a Unigram model, .* for model but found 'BPE'/],
    [{ ...tiny, model: { ...model, vocab: {} } }, /an array of pieces for model\.vocab but found \{\}/],
    [
      { ...tiny, model: { ...model, vocab: [['a', 0], ['b']] } },
      /a piece and its score for model\.vocab\[1\] but found \[ 'b' \]/,
    ],
    [
      { ...tiny, model: { ...model, unk_id: model.vocab.length } },
      new RegExp(`the id of a piece for model\\.unk_id but found ${model.vocab.length}`),
    ],
    [{ ...tiny, added_tokens: null }, /an array for added_tokens but found null/],
    [
      { ...tiny, added_tokens: [...added_tokens, { ...added_tokens[0], id: 4_000_000_000 }] },
      new RegExp(
        `a token with its content and its id for added_tokens\\[${added_tokens.length}\\] .*4000000000`,
      ),
    ],
    [{ ...tiny, post_processor: null }, /a template with special tokens for post_processor but found null/],
    [
      { ...tiny, post_processor: { ...(tiny['post_processor'] as Json), special_tokens: {} } },
      /the text and special tokens with their ids for post_processor\.single/,
    ],
    [
      { ...tiny, post_processor: { ...(tiny['post_processor'] as Json), single: [] } },
      /exactly one place for the text for post_processor\.single but found \[\]/,
    ],
    [{ ...tiny, pre_tokenizer: { type: 'Unheard' } }, /tokenizer\.json cannot be used: .*Unheard/],
  ]
  for (const [content, message] of bad)
    await assert.rejects(Kosmos2Tokenizer.from_pretrained(folderWith(t, content)), {
      name: 'CheckpointError',
      code: 'BAD_TOKENIZER',
      message,
    })
  await assert.rejects(Kosmos2Tokenizer.from_pretrained(temporaryFolder(t)), {
    code: 'NOT_FOUND',
    message: /tokenizer\.json/,
  })
})

test('tokenizer_config.json is checked as well, and may be missing', async (t) => {
  const bad: [Json, RegExp][] = [
    [{ bos_token: '<bos>' }, /The bos_token <bos> is not in the vocabulary/],
    [{ unk_token: 3 }, /the text of a token for unk_token but found 3/],
    [{ padding_side: 'top' }, /"left" or "right" for padding_side but found 'top'/],
    [{ model_max_length: '512' }, /an integer from 1 for model_max_length but found '512'/],
    [{ clean_up_tokenization_spaces: 'no' }, /true or false for clean_up_tokenization_spaces but found 'no'/],
    [{ num_image_tokens: 2 ** 20 }, /an integer from 0 to 65536 for num_image_tokens but found 1048576/],
  ]
  for (const [config, message] of bad)
    await assert.rejects(Kosmos2Tokenizer.from_pretrained(folderWith(t, tiny, config)), {
      code: 'BAD_TOKENIZER',
      message,
    })
  const tokenizer = await Kosmos2Tokenizer.from_pretrained(folderWith(t, tiny))
  assert.deepEqual(
    [tokenizer.bos_token, tokenizer.padding_side, tokenizer.num_image_tokens],
    ['<s>', 'right', 64],
  )
})

test('its settings count', async (t) => {
  const config = {
    bos_token: { __type: 'AddedToken', content: '<mask>' },
    padding_side: 'left',
    truncation_side: 'left',
    model_max_length: 5,
    clean_up_tokenization_spaces: true,
  }
  const tokenizer = await Kosmos2Tokenizer.from_pretrained(folderWith(t, tiny, config))
  assert.equal(tokenizer.bos_token_id, tiny.added_tokens.find(({ content }) => content === '<mask>')!['id'])
  const { input_ids } = tokenizer.call(['a dog and a cat', 'a'], { padding: 'max_length', truncation: true })
  assert.deepEqual(
    input_ids.map((ids) => tokenizer.decode(ids)),
    ['<s> and a cat</s>', '<pad><pad><s> a</s>'],
  )
  assert.equal(tokenizer.decode(tokenizer.encode('a dog .')), '<s> a dog.</s>')
})

test('the layout of older versions gives the same ids', async (t) => {
  const metaspace = { type: 'Metaspace', replacement: '▁', add_prefix_space: true }
  const space = { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' }
  const older = {
    ...tiny,
    normalizer: { type: 'Sequence', normalizers: [space] },
    pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, metaspace] },
    decoder: metaspace,
  }
  const folders = [
    folderWith(t, older, readJson(CHECKPOINTS.tiny, 'tokenizer_config.json')),
    CHECKPOINTS.tiny,
  ]
  const [before, now] = await Promise.all(folders.map((folder) => Kosmos2Tokenizer.from_pretrained(folder)))
  for (const text of ['<grounding>  An image   of a red balloon.', ' a\n<phrase> xyz</phrase>  '])
    assert.deepEqual(before!.call(text), now!.call(text))
  assert.equal(before!.decode(before!.encode('a red  balloon')), '<s> a red balloon</s>')
})
