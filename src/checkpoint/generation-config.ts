// The checkpoint's own settings for `generate`: generation_config.json, with Hugging Face's field names
// (transformers generation/configuration_utils.py).
import { join } from 'node:path'
import type { Kosmos2Config } from './config.ts'
import {
  badField,
  finiteNumber,
  integer,
  oneOf,
  orListOf,
  positiveNumber,
  trueOrFalse,
  type FieldCheck,
} from './config-fields.ts'
import { CONFIG_FILE, GENERATION_CONFIG_FILE } from './file-names.ts'
import { fileStatus } from './file-status.ts'
import { isJsonObject, readJsonObject, type JsonObject } from './json.ts'

/** Settings that a checkpoint may bring for `generate`; one that is left out has `generate`'s own default. */
export interface GenerationConfig {
  /** Tokens in a sequence, prompt included. */
  readonly max_length?: number
  readonly max_new_tokens?: number
  /** Tokens in a sequence before it may end, prompt included. */
  readonly min_length?: number
  readonly min_new_tokens?: number
  readonly do_sample?: boolean
  readonly num_beams?: number
  readonly num_return_sequences?: number
  readonly early_stopping?: boolean | 'never'
  readonly length_penalty?: number
  readonly temperature?: number
  /** 0 leaves all tokens in. */
  readonly top_k?: number
  readonly top_p?: number
  readonly repetition_penalty?: number
  /** No run of this many tokens appears twice; 0 is off. */
  readonly no_repeat_ngram_size?: number
  readonly bos_token_id?: number
  readonly pad_token_id?: number
  readonly eos_token_id?: number | readonly number[]
}

const length = integer(0, 2 ** 31 - 1)
const count = integer(1, 2 ** 12)
const tokenId = integer(0, 2 ** 24 - 1)

const FIELDS: { readonly [K in keyof GenerationConfig]-?: FieldCheck<Required<GenerationConfig>[K]> } = {
  max_length: integer(1, 2 ** 31 - 1),
  max_new_tokens: integer(1, 2 ** 31 - 1),
  min_length: length,
  min_new_tokens: length,
  do_sample: trueOrFalse,
  num_beams: count,
  num_return_sequences: count,
  early_stopping: oneOf<boolean | 'never'>(true, false, 'never'),
  length_penalty: finiteNumber(-Number.MAX_VALUE),
  temperature: positiveNumber,
  top_k: integer(0, 2 ** 24),
  top_p: finiteNumber(0, 1),
  repetition_penalty: positiveNumber,
  no_repeat_ngram_size: length,
  bos_token_id: tokenId,
  pad_token_id: tokenId,
  eos_token_id: orListOf(tokenId),
}

/**
 * Settings of transformers that would change the tokens and that this library does not have, with the value at which
 * they do nothing. Passing over one in silence would give other captions than the checkpoint's makers meant.
 */
const WITHOUT_EFFECT: Readonly<Record<string, unknown>> = {
  bad_words_ids: null,
  begin_suppress_tokens: null,
  constraints: null,
  diversity_penalty: 0,
  dola_layers: null,
  encoder_no_repeat_ngram_size: 0,
  encoder_repetition_penalty: 1,
  epsilon_cutoff: 0,
  eta_cutoff: 0,
  exponential_decay_length_penalty: null,
  force_words_ids: null,
  forced_bos_token_id: null,
  forced_eos_token_id: null,
  guidance_scale: 1,
  max_time: null,
  min_p: 0,
  num_beam_groups: 1,
  penalty_alpha: 0,
  renormalize_logits: false,
  sequence_bias: null,
  stop_strings: null,
  suppress_tokens: null,
  top_h: null,
  typical_p: 1,
  watermarking_config: null,
}

/**
 * Reads `generation_config.json` of a checkpoint's folder. Where there is none, the settings are those in the model's
 * configuration, as older checkpoints have them: at its top, then in `text_config`.
 * @throws {CheckpointError} `BAD_CONFIG` for a value out of range, and for a setting that this library does not have
 */
export async function readGenerationConfig(folder: string, config: Kosmos2Config): Promise<GenerationConfig> {
  const path = join(folder, GENERATION_CONFIG_FILE)
  if ((await fileStatus(path)) !== undefined) return generationConfig(await readJsonObject(path), path)
  const { text_config: text, ...top } = config.toJSON()
  const values = { ...(isJsonObject(text) ? withoutNull(text) : {}), ...withoutNull(top) }
  return generationConfig(values, join(folder, CONFIG_FILE))
}

/**
 * The settings in an object as generation_config.json has it; null counts as left out, other keys are passed over.
 * @param where - what the message of an error begins with
 */
export function generationConfig(values: JsonObject, where = 'GenerationConfig'): GenerationConfig {
  const given = withoutNull(values)
  for (const [key, neutral] of Object.entries(WITHOUT_EFFECT))
    if (given[key] !== undefined && given[key] !== neutral)
      throw badField(
        where,
        key,
        `${String(neutral)} or nothing (this library has no such setting)`,
        given[key],
      )
  const fields: JsonObject = {}
  for (const [key, check] of Object.entries(FIELDS)) {
    if (given[key] === undefined) continue
    if (!check.accepts(given[key])) throw badField(where, key, check.expected, given[key])
    fields[key] = given[key]
  }
  return fields
}

function withoutNull(values: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))
}
