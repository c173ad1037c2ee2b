// The options of a conversion, checked, and what they mean for each part.
import type { ResolveOptions } from '../checkpoint/hub.ts'
import { invalidRange, invalidType, rejectUnknownOptions, show } from '../errors.ts'
import type { ConvertProgress } from './convert.ts'
import { partWeights } from './part-weights.ts'
import { forEachPart, PART_NAMES, type PartName } from './parts.ts'
import {
  checkGroupSize,
  INT4_CHOICES,
  type Int4Choice,
  WEIGHT_PRECISIONS,
  type WeightPrecision,
  type WeightSettings,
} from './weight-form.ts'

export interface ConvertOptions extends Omit<ResolveOptions, 'onProgress'> {
  /**
   * How the matrices are stored, in the whole model or in each part: `fp32`, `fp16`, `int8` or `int4`. `'int4'` for the whole
   * model is its text part, with vision and projection in INT8 (`partWeights`).
   * @default 'int8', as OpenVINO's own export does for models of more than a thousand million parameters
   */
  readonly weights?: WeightPrecision | Readonly<Record<PartName, WeightPrecision>> | undefined
  /**
   * Numbers of a row that share a scale in INT4, at most: 32, 64, 128 or 256. A matrix whose rows it does not divide into eight
   * groups or more takes the largest smaller one that does (rows of 768: 64), at least 32, and INT8 where none divides.
   * @default 128
   */
  readonly groupSize?: number | undefined
  /**
   * Codes of INT4: `symmetric`, -8 to 7, or `asymmetric`, 0 to 15 with a zero point for each group, which is closer to the
   * original and takes half a byte a group more. `automatic` takes zero points in rows too short for eight groups, which only
   * small models have.
   * @default 'automatic'
   */
  readonly int4Scheme?: Int4Choice | undefined
  /** Token embedding and output matrix where the text part is INT4. @default 'int8' */
  readonly headPrecision?: WeightPrecision | undefined
  /** Convert again even where the folder holds the same conversion. @default false */
  readonly overwrite?: boolean | undefined
  /** Called after each block of the checkpoint. */
  readonly onProgress?: ((progress: ConvertProgress) => void) | undefined
  /** Ends the conversion; nothing is left of it. */
  readonly signal?: AbortSignal | undefined
}

/** Checked options. */
export interface ConvertSettings {
  readonly weights: Readonly<Record<PartName, WeightSettings>>
  readonly overwrite: boolean
  readonly onProgress: (progress: ConvertProgress) => void
  readonly signal: AbortSignal | undefined
  /** Where a name on the hub is looked for. */
  readonly where: Omit<ResolveOptions, 'onProgress' | 'signal'>
}

const OPTIONS = [
  'weights',
  'groupSize',
  'int4Scheme',
  'headPrecision',
  'overwrite',
  'onProgress',
  'signal',
  'revision',
  'cache_dir',
  'token',
  'local_files_only',
]

/** @throws {TypeError | RangeError} naming the option, what was expected and what came */
export function convertSettings(options: ConvertOptions): ConvertSettings {
  rejectUnknownOptions('convert', options, OPTIONS)
  const {
    weights = 'int8',
    groupSize = 128,
    int4Scheme: scheme = 'automatic',
    headPrecision = 'int8',
    overwrite = false,
    onProgress = () => undefined,
    signal,
    ...where
  } = options
  checkGroupSize(groupSize)
  expectOneOf('int4Scheme', INT4_CHOICES, scheme)
  expectOneOf('headPrecision', WEIGHT_PRECISIONS, headPrecision)
  const precisions = weightsOfParts(weights)
  return {
    weights: forEachPart((part) =>
      // The other three mean nothing without INT4: they must not tell two conversions apart.
      precisions[part] === 'int4'
        ? { precision: 'int4', groupSize, scheme, headPrecision }
        : { precision: precisions[part], groupSize: 128, scheme: 'symmetric', headPrecision: 'int8' },
    ),
    overwrite,
    onProgress,
    signal,
    where,
  }
}

function weightsOfParts(
  weights: NonNullable<ConvertOptions['weights']>,
): Readonly<Record<PartName, WeightPrecision>> {
  if (typeof weights === 'string') {
    expectOneOf('weights', WEIGHT_PRECISIONS, weights)
    return partWeights(weights)
  }
  if (typeof weights !== 'object' || (weights as unknown) === null || Array.isArray(weights))
    throw invalidType(
      'weights',
      `one of ${WEIGHT_PRECISIONS.join(', ')}, or an object with one for each part`,
      weights,
    )
  rejectUnknownOptions('weights', weights, PART_NAMES)
  for (const part of PART_NAMES) expectOneOf(`weights.${part}`, WEIGHT_PRECISIONS, weights[part])
  return weights
}

function expectOneOf(name: string, choices: readonly string[], value: string): void {
  if (!choices.includes(value)) throw invalidRange(name, `one of ${choices.map(show).join(', ')}`, value)
}
