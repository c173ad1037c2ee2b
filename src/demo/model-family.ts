// One model in its several forms: a checkpoint, and what it was or can be converted to.
import { readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { CheckpointError } from '../errors.ts'
import {
  type ConvertOptions,
  type IrFolder,
  Kosmos2Config,
  Kosmos2Processor,
  openIr,
  runtimeCacheFolder,
} from '../index.ts'
import type { Weights } from './api.ts'

/** What a checkpoint can be converted to. */
export type ConvertedWeights = Exclude<Weights, 'original'>
export const CONVERTED_WEIGHTS: readonly ConvertedWeights[] = ['fp32', 'fp16', 'int8', 'int4']

/** The model that comes with the project. */
const EMBEDDED = 'kosmos2-tiny'

/** A model's forms, all of one vocabulary and one configuration. */
export interface ModelFamily {
  /** For people. */
  readonly name: string
  readonly isEmbedded: boolean
  readonly config: Kosmos2Config
  readonly processor: Kosmos2Processor
  /** A folder or a name on the hub; undefined where there is only one conversion. */
  readonly checkpoint: string | undefined
  /** The form that was named. */
  readonly weights: Weights
  /** The forms that there are or can be made. */
  readonly forms: readonly Weights[]
  /** Where a conversion is, or goes. */
  folder(weights: ConvertedWeights): string
  /** Bytes of a form's weights on disk; undefined where it is not there. */
  bytes(weights: Weights): Promise<number | undefined>
  /** How a conversion that is there was made, so that it is kept, or made anew in the same way. */
  convertOptions(weights: ConvertedWeights): Promise<ConvertOptions>
}

/**
 * Finds the forms of a model. Conversions of a folder lie beside it, `-int8` and so on behind its name; those of a
 * checkpoint from the hub in this library's cache.
 * @param model - a checkpoint, a conversion, or a name on the hub
 * @throws {CheckpointError} for what is none of these
 */
export async function openFamily(model: string, signal?: AbortSignal): Promise<ModelFamily> {
  const given = await openConversion(model)
  const weights: Weights = given?.parts.text.weights ?? 'original'
  const checkpoint = given === undefined ? model : await checkpointOf(model, weights)
  const base = await baseOf(checkpoint ?? model)
  const [config, processor] = await Promise.all([
    Kosmos2Config.from_pretrained(model, { signal }),
    Kosmos2Processor.from_pretrained(model, { signal }),
  ])
  const folder = (form: ConvertedWeights): string => (form === weights ? resolve(model) : `${base}-${form}`)
  const name = basename(base)
  return {
    name,
    isEmbedded: name === EMBEDDED || (checkpoint === undefined && name.startsWith(`${EMBEDDED}-`)),
    config,
    processor,
    checkpoint,
    weights,
    forms: checkpoint === undefined ? [weights] : ['original', ...CONVERTED_WEIGHTS],
    folder,
    async bytes(form) {
      if (form === 'original') return checkpoint === undefined ? undefined : await checkpointBytes(checkpoint)
      const ir = await openConversion(folder(form))
      return ir && Object.values(ir.parts).reduce((sum, { weightBytes }) => sum + weightBytes, 0)
    },
    async convertOptions(form) {
      const ir = await openConversion(folder(form))
      return ir === undefined ? { weights: form } : optionsOf(ir)
    },
  }
}

/** A conversion that can be used; undefined for anything else. */
async function openConversion(folder: string): Promise<IrFolder | undefined> {
  try {
    return await openIr(folder)
  } catch (error) {
    if (error instanceof CheckpointError) return undefined
    throw error
  }
}

/** The options that a conversion was made with. */
function optionsOf({ stamp: { parts } }: IrFolder): ConvertOptions {
  const { vision, projection, text } = parts
  const { groupSize, scheme, headPrecision } =
    [text, projection, vision].find(({ settings }) => settings.precision === 'int4')?.settings ??
    text.settings
  return {
    weights: {
      vision: vision.settings.precision,
      projection: projection.settings.precision,
      text: text.settings.precision,
    },
    groupSize,
    int4Scheme: scheme,
    headPrecision,
  }
}

/** The checkpoint beside a conversion that is named after it. */
async function checkpointOf(conversion: string, weights: Weights): Promise<string | undefined> {
  const suffix = `-${weights}`
  const path = resolve(conversion)
  if (!path.endsWith(suffix)) return undefined
  const checkpoint = path.slice(0, -suffix.length)
  return (await checkpointBytes(checkpoint)) === undefined ? undefined : checkpoint
}

/** Bytes of the weights in a folder, or undefined where there are none. */
async function checkpointBytes(folder: string): Promise<number | undefined> {
  const names = await readdir(folder).catch(() => [])
  const weights = names.filter((name) => name.endsWith('.safetensors'))
  if (weights.length === 0) return undefined
  const sizes = await Promise.all(weights.map(async (name) => (await stat(join(folder, name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** What the names of conversions begin with. */
async function baseOf(model: string): Promise<string> {
  const conversions = (name: string): string => join(runtimeCacheFolder(), 'conversions', name)
  const isFolder = await stat(model).then(
    (status) => status.isDirectory(),
    () => false,
  )
  if (!isFolder) return conversions(model.split('/').at(-1)!)
  // A snapshot in Hugging Face's cache is named by a hash, and nothing of ours belongs there.
  const snapshot = /[\\/]models--([^\\/]+)[\\/]snapshots[\\/][0-9a-f]+[\\/]?$/.exec(resolve(model))
  return snapshot === null ? resolve(model) : conversions(snapshot[1]!.split('--').at(-1)!)
}
