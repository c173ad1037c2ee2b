// The image processor's options in a checkpoint folder, in the files of newer and of older transformers.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CheckpointError, show } from '../errors.ts'
import { type ImageProcessorOptions, imageSettings } from './image-settings.ts'

/** What may stand in the file without saying anything about the pixels. */
const WITHOUT_EFFECT = [
  'device',
  'disable_grouping',
  'feature_extractor_type',
  'image_processor_type',
  'image_seq_length',
  'input_data_format',
  'processor_class',
  'return_tensors',
]

/** Settings that newer files spell out, and the only value of each that this library can follow. */
const FIXED: Readonly<Record<string, unknown>> = { data_format: 'channels_first', do_pad: false }

/** The classes whose options these are. */
const TYPES = /^CLIP(ImageProcessor(Fast|Pil)?|FeatureExtractor)$/

/**
 * Reads the options from processor_config.json (its `image_processor`) or else from preprocessor_config.json.
 * @throws {CheckpointError} NOT_FOUND if the folder has neither, BAD_CONFIG for what cannot be followed
 */
export async function readImageConfig(folder: string): Promise<ImageProcessorOptions> {
  const processor = await readJson(join(folder, 'processor_config.json'))
  if (processor?.['image_processor'] !== undefined)
    return imageOptions(processor['image_processor'], join(folder, 'processor_config.json'))
  const preprocessor = await readJson(join(folder, 'preprocessor_config.json'))
  if (preprocessor !== undefined) return imageOptions(preprocessor, join(folder, 'preprocessor_config.json'))
  throw new CheckpointError(
    'NOT_FOUND',
    `Expected the image processor's configuration in ${show(folder)}, but there is neither a processor_config.json with image_processor nor a preprocessor_config.json`,
  )
}

async function readJson(file: string): Promise<Record<string, unknown> | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw bad(file, 'it cannot be read', error)
  }
  try {
    return record(JSON.parse(text), file)
  } catch (error) {
    throw error instanceof CheckpointError ? error : bad(file, 'it is no JSON', error)
  }
}

function record(value: unknown, file: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw bad(file, `an object is expected, but there is ${show(value)}`)
  return value as Record<string, unknown>
}

function imageOptions(value: unknown, file: string): ImageProcessorOptions {
  const config = record(value, file)
  const type = config['image_processor_type'] ?? config['feature_extractor_type'] ?? 'CLIPImageProcessor'
  if (typeof type !== 'string' || !TYPES.test(type))
    throw bad(file, `KOSMOS-2 has a CLIPImageProcessor, but image_processor_type is ${show(type)}`)
  const options: Record<string, unknown> = {}
  for (const [key, setting] of Object.entries(config)) {
    // null means the default there; names with an underscore are transformers' own notes.
    if (setting === null || key.startsWith('_') || WITHOUT_EFFECT.includes(key)) continue
    if (key in FIXED) {
      if (setting !== FIXED[key])
        throw bad(file, `${key} can only be ${show(FIXED[key])}, but is ${show(setting)}`)
    } else if (key !== 'pad_size') options[key] = setting
  }
  try {
    imageSettings(file, options)
  } catch (error) {
    throw bad(file, (error as Error).message, error)
  }
  return options
}

function bad(file: string, why: string, cause?: unknown): CheckpointError {
  return new CheckpointError('BAD_CONFIG', `Cannot use ${show(file)}: ${why}`, { cause })
}
