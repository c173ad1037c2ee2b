// The model's sizes and settings: config.json, with Hugging Face's field names and defaults
// (transformers configuration_kosmos2.py). Every value that the library computes with is checked here, once.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CheckpointError, show } from '../errors.ts'
import {
  badField,
  finiteNumber,
  integer,
  oneOf,
  orListOf,
  orNull,
  positiveNumber,
  readFields,
  trueOrFalse,
  type FieldTable,
} from './config-fields.ts'
import { CONFIG_FILE } from './file-names.ts'
import { resolveCheckpoint, type ResolveOptions } from './hub.ts'
import { isJsonObject, readJsonObject, type JsonObject } from './json.ts'

/** Activation functions of the feed-forward parts: the exact (erf) GELU, and x * sigmoid(1.702 x). */
export type Activation = 'gelu' | 'quick_gelu'

/** The text decoder. Fields for training alone (the dropouts, `init_std`) are kept and not used. */
export interface Kosmos2TextConfig {
  readonly vocab_size: number
  /** Length of the sinusoidal table as made; longer texts go on with longer positions. */
  readonly max_position_embeddings: number
  /** Width of the residual stream. */
  readonly embed_dim: number
  /** Number of decoder layers. */
  readonly layers: number
  /** Width inside the feed-forward parts. */
  readonly ffn_dim: number
  /** Divides `embed_dim`. */
  readonly attention_heads: number
  readonly activation_function: Activation
  readonly dropout: number
  readonly attention_dropout: number
  readonly activation_dropout: number
  readonly layerdrop: number
  readonly layer_norm_eps: number
  readonly init_std: number
  /** Whether embeddings are multiplied by the square root of `embed_dim`. */
  readonly scale_embedding: boolean
  readonly use_cache: boolean
  readonly tie_word_embeddings: boolean
  /** Also the origin of the position ids: the first token has position `pad_token_id + 1`. */
  readonly pad_token_id: number
  readonly bos_token_id: number | null
  readonly eos_token_id: number | readonly number[] | null
  /** KOSMOS-2 has none. */
  readonly add_cross_attention: false
}

/** The vision tower: CLIP's. Fields for training alone are kept and not used. */
export interface Kosmos2VisionConfig {
  /** Width of the residual stream. */
  readonly hidden_size: number
  /** Width inside the feed-forward parts. */
  readonly intermediate_size: number
  readonly num_hidden_layers: number
  /** Divides `hidden_size`. */
  readonly num_attention_heads: number
  readonly num_channels: number
  /** Height and width of a picture in pixels; what is left over by `patch_size` is not looked at. */
  readonly image_size: number
  /** Height and width of a patch in pixels. */
  readonly patch_size: number
  readonly hidden_act: Activation
  readonly layer_norm_eps: number
  readonly attention_dropout: number
  readonly initializer_range: number
  readonly initializer_factor: number
}

// Far above any model there is; they keep products of two sizes within what a number and a file can hold.
const width = integer(1, 2 ** 18)
const count = integer(1, 2 ** 12)
const tokenId = integer(0, 2 ** 24 - 1)
const activation = oneOf('gelu', 'quick_gelu')
const rate = finiteNumber(0, 1)

const TEXT_FIELDS: FieldTable<Kosmos2TextConfig> = {
  vocab_size: { fallback: 65037, check: integer(1, 2 ** 24) },
  max_position_embeddings: { fallback: 2048, check: integer(1, 2 ** 20) },
  // Sine and cosine halves: the reference divides by embed_dim / 2 - 1.
  embed_dim: { fallback: 2048, check: integer(4, 2 ** 18) },
  layers: { fallback: 24, check: count },
  ffn_dim: { fallback: 8192, check: width },
  attention_heads: { fallback: 32, check: count },
  activation_function: { fallback: 'gelu', check: activation },
  dropout: { fallback: 0.1, check: rate },
  attention_dropout: { fallback: 0.1, check: rate },
  activation_dropout: { fallback: 0, check: rate },
  layerdrop: { fallback: 0, check: rate },
  layer_norm_eps: { fallback: 1e-5, check: positiveNumber },
  init_std: { fallback: 0.02, check: finiteNumber(0) },
  scale_embedding: { fallback: true, check: trueOrFalse },
  use_cache: { fallback: true, check: trueOrFalse },
  tie_word_embeddings: { fallback: true, check: trueOrFalse },
  pad_token_id: { fallback: 1, check: tokenId },
  bos_token_id: { fallback: 0, check: orNull(tokenId) },
  eos_token_id: { fallback: 2, check: orNull(orListOf(tokenId)) },
  add_cross_attention: { fallback: false, check: oneOf(false) },
}

const VISION_FIELDS: FieldTable<Kosmos2VisionConfig> = {
  hidden_size: { fallback: 1024, check: width },
  intermediate_size: { fallback: 4096, check: width },
  num_hidden_layers: { fallback: 24, check: count },
  num_attention_heads: { fallback: 16, check: count },
  num_channels: { fallback: 3, check: integer(1, 64) },
  image_size: { fallback: 224, check: integer(1, 2 ** 13) },
  patch_size: { fallback: 14, check: integer(1, 2 ** 13) },
  hidden_act: { fallback: 'quick_gelu', check: activation },
  layer_norm_eps: { fallback: 1e-5, check: positiveNumber },
  attention_dropout: { fallback: 0, check: rate },
  initializer_range: { fallback: 0.02, check: finiteNumber(0) },
  initializer_factor: { fallback: 1, check: finiteNumber(0) },
}

interface TopFields {
  readonly latent_query_num: number
  readonly tie_word_embeddings: boolean
  readonly projection_is_causal: boolean
}
const TOP_FIELDS: FieldTable<TopFields> = {
  latent_query_num: { fallback: 64, check: count },
  tie_word_embeddings: { fallback: true, check: trueOrFalse },
  projection_is_causal: { fallback: false, check: trueOrFalse },
}

/** General names that transformers takes for the text decoder's own (its `attribute_map`). */
const TEXT_ALIASES = {
  num_attention_heads: 'attention_heads',
  hidden_size: 'embed_dim',
  num_hidden_layers: 'layers',
} as const

/** The `model_type` of every KOSMOS-2. */
const MODEL_TYPE = 'kosmos-2'

/**
 * A KOSMOS-2 configuration, transformers' `Kosmos2Config`: fields left out have its defaults, which are the published
 * model's sizes. Keys that this library does not know are kept and written back.
 */
export class Kosmos2Config {
  readonly model_type = MODEL_TYPE
  readonly text_config: Kosmos2TextConfig
  readonly vision_config: Kosmos2VisionConfig
  /** Latent queries that gather one picture: the image slots it takes in the prompt. */
  readonly latent_query_num: number
  readonly tie_word_embeddings: boolean
  /**
   * Whether latent query i sees only the first i + 1 of the projection's keys. A key of our own, for there are two
   * behaviours under one name: with transformers' `attn_implementation: 'eager'` every query sees the whole picture; transformers' default, `'sdpa'`, adds a causal mask (its x_attn has `is_causal` set and gets no
   * mask). A checkpoint answers well only in the way it was trained. Default false.
   */
  readonly projection_is_causal: boolean
  readonly #given: JsonObject

  /**
   * @param values - as in config.json: any of the fields, `text_config` and `vision_config` as objects
   * @param where - what the message of an error begins with, such as the path of the file
   * @throws {CheckpointError} `BAD_CONFIG` naming the key, what was expected and what was found; `NOT_A_CHECKPOINT`
   *   for another `model_type`
   */
  constructor(values: object = {}, where = 'Kosmos2Config') {
    const given = { ...values } as JsonObject
    if (given['model_type'] !== undefined) expectModelType(where, given['model_type'])
    const top = readFields(where, '', given, TOP_FIELDS)
    this.latent_query_num = top.latent_query_num
    this.tie_word_embeddings = top.tie_word_embeddings
    this.projection_is_causal = top.projection_is_causal
    this.text_config = readTextConfig(where, subConfig(where, given, 'text_config'))
    this.vision_config = readVisionConfig(where, subConfig(where, given, 'vision_config'))
    this.#given = given
  }

  /**
   * Reads `config.json` of a checkpoint.
   * @param nameOrFolder - a folder, or a name on the Hugging Face hub, of which only this file is downloaded
   * @throws {CheckpointError} `NOT_FOUND`, `NOT_A_CHECKPOINT`, `BAD_CONFIG`, or what `resolveCheckpoint` throws
   */
  static async from_pretrained(nameOrFolder: string, options: ResolveOptions = {}): Promise<Kosmos2Config> {
    const path = join(await resolveCheckpoint(nameOrFolder, options, 'config'), CONFIG_FILE)
    const values = await readJsonObject(path)
    expectModelType(path, values['model_type'])
    return new Kosmos2Config(values, path)
  }

  /** All fields of transformers, defaults included, and other keys as they were given. */
  toJSON(): Record<string, unknown> {
    const { model_type, latent_query_num, tie_word_embeddings, text_config, vision_config } = this
    return {
      ...this.#given,
      model_type,
      latent_query_num,
      tie_word_embeddings,
      text_config: { ...text_config },
      vision_config: { ...vision_config },
    }
  }

  /** Writes `config.json` into a folder that exists, as transformers can read it. */
  async save_pretrained(folder: string): Promise<void> {
    await writeFile(join(folder, CONFIG_FILE), `${withFloats(JSON.stringify(this, null, 2))}\n`)
  }
}

function expectModelType(where: string, found: unknown): void {
  if (found !== MODEL_TYPE)
    throw new CheckpointError(
      'NOT_A_CHECKPOINT',
      `${where}: expected model_type "${MODEL_TYPE}", but found ${show(found)}; this library runs KOSMOS-2 alone`,
    )
}

function subConfig(where: string, given: JsonObject, key: string): JsonObject {
  const value = given[key] ?? {}
  if (!isJsonObject(value)) throw badField(where, key, 'an object', value)
  return value
}

function readTextConfig(where: string, values: JsonObject): Kosmos2TextConfig {
  const prefix = 'text_config.'
  const given = resolveAliases(where, prefix, values)
  const text = readFields(where, prefix, given, TEXT_FIELDS)
  expectDivides(where, prefix, text, 'attention_heads', 'embed_dim')
  const ids = [text.pad_token_id, text.bos_token_id, text.eos_token_id].flat()
  const beyond = ids.find((id) => id !== null && id >= text.vocab_size)
  if (beyond !== undefined)
    throw badField(
      where,
      `${prefix}pad_token_id, bos_token_id and eos_token_id`,
      `ids below vocab_size ${text.vocab_size}`,
      beyond,
    )
  return text
}

function readVisionConfig(where: string, given: JsonObject): Kosmos2VisionConfig {
  const prefix = 'vision_config.'
  const vision = readFields(where, prefix, given, VISION_FIELDS)
  expectDivides(where, prefix, vision, 'num_attention_heads', 'hidden_size')
  const { image_size, patch_size } = vision
  if (patch_size > image_size)
    throw badField(where, `${prefix}patch_size`, `at most image_size ${image_size}`, patch_size)
  return vision
}

function expectDivides<K extends string>(
  where: string,
  prefix: string,
  config: Readonly<Record<K, number>>,
  heads: K,
  size: K,
): void {
  if (config[size] % config[heads] !== 0)
    throw badField(where, prefix + heads, `a divisor of ${size} ${config[size]}`, config[heads])
}

function resolveAliases(where: string, prefix: string, values: JsonObject): JsonObject {
  const given = { ...values }
  for (const [alias, name] of Object.entries(TEXT_ALIASES)) {
    if (!Object.hasOwn(given, alias)) continue
    const value = given[alias]
    if (Object.hasOwn(given, name) && given[name] !== value)
      throw badField(where, prefix + alias, `the same as ${name}, ${show(given[name])}`, value)
    given[name] = value
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- one of three names of our own
    delete given[alias]
  }
  return given
}

/** Fields that transformers wants as floats: it refuses a whole number that is written without a point. */
const FLOAT_FIELDS = /^(\s*"(?:\w*dropout|layerdrop|layer_norm_eps|init_std|initializer_\w+)": -?\d+)(,?)$/gm

/** JSON in which 1 is a float reads `1.0`; JavaScript itself writes `1`. */
function withFloats(json: string): string {
  return json.replace(FLOAT_FIELDS, '$1.0$2')
}
