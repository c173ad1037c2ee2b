// Reads tokenizer.json and tokenizer_config.json and checks every part of them that is used later: the files come
// from outside.
import { join } from 'node:path'
import { TOKENIZER_FILE } from '../checkpoint/file-names.ts'
import { fileStatus } from '../checkpoint/file-status.ts'
import { type JsonObject, isJsonObject, readJsonObject } from '../checkpoint/json.ts'
import { CheckpointError, show } from '../errors.ts'
import type { Side } from './encode-options.ts'

/** What a tokenizer is made of. */
export interface TokenizerFiles {
  /** tokenizer.json: the vocabulary and how text is cut up, checked. */
  readonly definition: JsonObject
  /** How many pieces the Unigram model knows, without the added tokens. */
  readonly vocabSize: number
  /** The ids that stand before and after a text that is encoded with special tokens. */
  readonly prefix: readonly number[]
  readonly suffix: readonly number[]
  readonly settings: TokenizerSettings
}

/** tokenizer_config.json, with the defaults of transformers for what it leaves out. */
export interface TokenizerSettings {
  readonly bos_token: string
  readonly eos_token: string
  readonly unk_token: string
  readonly pad_token: string
  readonly padding_side: Side
  readonly truncation_side: Side
  /** Where `truncation` without `max_length` cuts; a huge number stands for no limit. */
  readonly model_max_length: number
  readonly clean_up_tokenization_spaces: boolean
  /** How many places a picture takes where a call of the processor does not say; transformers reads it here too. */
  readonly num_image_tokens: number
}

/**
 * Reads the tokenizer's files in a checkpoint's folder.
 * @throws {CheckpointError} `NOT_FOUND` without tokenizer.json, `BAD_TOKENIZER` where a file is not what it should be
 */
export async function readTokenizerFiles(folder: string): Promise<TokenizerFiles> {
  const definitionPath = join(folder, TOKENIZER_FILE)
  const definition = await readTokenizerJson(definitionPath)
  const settingsPath = join(folder, 'tokenizer_config.json')
  const settings = checkSettings(
    settingsPath,
    (await fileStatus(settingsPath)) === undefined ? {} : await readTokenizerJson(settingsPath),
  )
  const vocabSize = checkVocabulary(definitionPath, definition)
  return { definition, vocabSize, ...checkTemplate(definitionPath, definition), settings }
}

async function readTokenizerJson(path: string): Promise<JsonObject> {
  try {
    return await readJsonObject(path)
  } catch (cause) {
    if (cause instanceof CheckpointError && cause.code === 'BAD_CONFIG')
      throw new CheckpointError('BAD_TOKENIZER', cause.message, { cause })
    throw cause
  }
}

function bad(path: string, field: string, expected: string, received: unknown): CheckpointError {
  return new CheckpointError(
    'BAD_TOKENIZER',
    `${path}: expected ${expected} for ${field} but found ${show(received)}`,
  )
}

/** The vocabulary and the added tokens; returns the size of the former. */
function checkVocabulary(path: string, { model, added_tokens }: JsonObject): number {
  if (!isJsonObject(model) || model['type'] !== 'Unigram')
    throw bad(
      path,
      'model',
      'a Unigram model, which KOSMOS-2 has,',
      isJsonObject(model) ? model['type'] : model,
    )
  const { vocab, unk_id } = model
  if (!Array.isArray(vocab) || vocab.length === 0) throw bad(path, 'model.vocab', 'an array of pieces', vocab)
  for (const [id, piece] of (vocab as unknown[]).entries())
    if (!Array.isArray(piece) || typeof piece[0] !== 'string' || !Number.isFinite(piece[1]))
      throw bad(path, `model.vocab[${id}]`, 'a piece and its score', piece)
  if (!isIndex(unk_id, vocab.length)) throw bad(path, 'model.unk_id', 'the id of a piece', unk_id)
  if (!Array.isArray(added_tokens)) throw bad(path, 'added_tokens', 'an array', added_tokens)
  for (const [index, token] of (added_tokens as unknown[]).entries())
    if (
      !isJsonObject(token) ||
      typeof token['content'] !== 'string' ||
      token['content'] === '' ||
      // Added tokens follow the pieces without a gap.
      !isIndex(token['id'], vocab.length + added_tokens.length)
    )
      throw bad(path, `added_tokens[${index}]`, 'a token with its content and its id', token)
  return vocab.length
}

function isIndex(value: unknown, length: number): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < length
}

/** The special tokens around a single text, from the template of the post-processor. */
function checkTemplate(path: string, { post_processor }: JsonObject): { prefix: number[]; suffix: number[] } {
  const single = isJsonObject(post_processor) ? post_processor['single'] : undefined
  const specials = isJsonObject(post_processor) ? post_processor['special_tokens'] : undefined
  if (!Array.isArray(single) || !isJsonObject(specials))
    throw bad(path, 'post_processor', 'a template with special tokens', post_processor)
  const items = (single as unknown[]).map((item): number[] | 'text' => {
    if (isJsonObject(item) && isJsonObject(item['Sequence'])) return 'text'
    const name = isJsonObject(item) && isJsonObject(item['SpecialToken']) ? item['SpecialToken']['id'] : ''
    const special = typeof name === 'string' && Object.hasOwn(specials, name) ? specials[name] : undefined
    const ids = isJsonObject(special) ? special['ids'] : undefined
    if (!Array.isArray(ids) || !ids.every((id) => Number.isSafeInteger(id) && id >= 0))
      throw bad(path, 'post_processor.single', 'the text and special tokens with their ids', item)
    return ids as number[]
  })
  const text = items.indexOf('text')
  if (text < 0 || text !== items.lastIndexOf('text'))
    throw bad(path, 'post_processor.single', 'exactly one place for the text', single)
  return {
    prefix: items.slice(0, text).flat() as number[],
    suffix: items.slice(text + 1).flat() as number[],
  }
}

const SIDES = ['left', 'right'] as const
/** The reference's default, the published model's. */
const IMAGE_TOKENS = 64
/** More places than any text model has positions. */
const MOST_IMAGE_TOKENS = 65_536

function checkSettings(path: string, config: JsonObject): TokenizerSettings {
  const side = (name: string): Side => {
    const value = config[name] ?? 'right'
    const known = SIDES.find((word) => word === value)
    if (known === undefined) throw bad(path, name, '"left" or "right"', value)
    return known
  }
  const maxLength = config['model_max_length'] ?? Number.MAX_VALUE
  if (!Number.isInteger(maxLength) || (maxLength as number) < 1)
    throw bad(path, 'model_max_length', 'an integer from 1', maxLength)
  const cleanUp = config['clean_up_tokenization_spaces'] ?? false
  if (typeof cleanUp !== 'boolean') throw bad(path, 'clean_up_tokenization_spaces', 'true or false', cleanUp)
  const imageTokens = config['num_image_tokens'] ?? IMAGE_TOKENS
  if (!isIndex(imageTokens, MOST_IMAGE_TOKENS + 1))
    throw bad(path, 'num_image_tokens', `an integer from 0 to ${MOST_IMAGE_TOKENS}`, imageTokens)
  return {
    bos_token: specialToken(path, config, 'bos_token', '<s>'),
    eos_token: specialToken(path, config, 'eos_token', '</s>'),
    unk_token: specialToken(path, config, 'unk_token', '<unk>'),
    pad_token: specialToken(path, config, 'pad_token', '<pad>'),
    padding_side: side('padding_side'),
    truncation_side: side('truncation_side'),
    model_max_length: maxLength as number,
    clean_up_tokenization_spaces: cleanUp,
    num_image_tokens: imageTokens as number,
  }
}

/** A special token is written as its text, or in older files as an object with its `content`. */
function specialToken(path: string, config: JsonObject, name: string, fallback: string): string {
  const value = config[name] ?? fallback
  const content = isJsonObject(value) ? value['content'] : value
  if (typeof content !== 'string') throw bad(path, name, 'the text of a token', value)
  return content
}
