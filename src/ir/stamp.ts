// What a conversion says about itself: openvino_kosmos2.json, written last into its folder. A folder with this file is a
// compiled model's, one without it a checkpoint or something else.
import { join } from 'node:path'
import { SMALL_FILES } from '../checkpoint/file-names.ts'
import { fileStatus } from '../checkpoint/file-status.ts'
import { isJsonObject, type JsonObject, readJsonObject } from '../checkpoint/json.ts'
import { CheckpointError, show } from '../errors.ts'
import type { FileIdentity } from './hashed-file.ts'
import type { DetailedName } from '../architecture/layer-outputs.ts'
import { forEachDetailed, forEachPart, type PartName } from './parts.ts'
import {
  INT4_CHOICES,
  type Int4Choice,
  WEIGHT_PRECISIONS,
  type WeightPrecision,
  type WeightSettings,
} from './weight-form.ts'

/** The stamp's name in the folder. */
export const STAMP_FILE = 'openvino_kosmos2.json'
/** Raised whenever what is written changes: a conversion of another format is made again. */
export const STAMP_FORMAT = 4

/** One part of a conversion. */
export interface PartStamp {
  readonly xml: FileIdentity
  readonly bin: FileIdentity
  readonly settings: WeightSettings
  /** Numbers in the part's tensors. */
  readonly parameters: number
  /** Bytes of those tensors in the checkpoint. */
  readonly sourceBytes: number
  /** Bytes of them here, scales and zero points included. */
  readonly weightBytes: number
}

export interface Stamp {
  readonly format: typeof STAMP_FORMAT
  /** The checkpoint: its weights' files, one after the other in the order of their paths. */
  readonly source: FileIdentity & { readonly name: string }
  /** The checkpoint's small files, which were copied. */
  readonly files: Readonly<Record<string, FileIdentity>>
  readonly parts: Readonly<Record<PartName, PartStamp>>
  /** The graphs with outputs for each layer. */
  readonly detailed: Readonly<Record<DetailedName, FileIdentity>>
  /** Where the checkpoint has a box refiner. */
  readonly boxRefiner: PartStamp | undefined
}

/** Whether a folder is a conversion, by its stamp alone; `openIr` checks the rest. */
export async function isIrFolder(folder: string): Promise<boolean> {
  return (await fileStatus(join(folder, STAMP_FILE)))?.isFile() === true
}

/**
 * Reads the stamp of a conversion.
 * @throws {CheckpointError} `NOT_AN_IR` where there is none, `BAD_IR` where it is damaged or of another format
 */
export async function readStamp(folder: string): Promise<Stamp> {
  const path = join(folder, STAMP_FILE)
  if (!(await isIrFolder(folder)))
    throw new CheckpointError(
      'NOT_AN_IR',
      `${folder}: expected a conversion, a folder with ${STAMP_FILE}, but there is no such file; convert the checkpoint ` +
        'into it',
    )
  let json: JsonObject
  try {
    json = await readJsonObject(path)
  } catch (cause) {
    throw new CheckpointError('BAD_IR', `${(cause as Error).message}; ${AGAIN}`, { cause })
  }
  const { format } = json
  if (format !== STAMP_FORMAT)
    throw new CheckpointError(
      'BAD_IR',
      `${path}: expected format ${STAMP_FORMAT}, which this version writes and reads, but found ${show(format)}; ${AGAIN}`,
    )
  const at = fieldsOf(path, json)
  const source = at.object('source')
  const files = at.object('files')
  const parts = at.object('parts')
  const detailed = at.object('detailed')
  return {
    format,
    source: { name: source.text('name'), ...identity(source) },
    files: Object.fromEntries(
      SMALL_FILES.filter((name) => files.has(name)).map((name) => [name, identity(files.object(name))]),
    ),
    parts: forEachPart((part) => partStamp(parts.object(part))),
    detailed: forEachDetailed((name) => identity(detailed.object(name))),
    boxRefiner: at.has('boxRefiner') ? partStamp(at.object('boxRefiner')) : undefined,
  }
}

export const AGAIN = 'convert the checkpoint again'

function partStamp(at: Fields): PartStamp {
  const settings = at.object('settings')
  return {
    xml: identity(at.object('xml')),
    bin: identity(at.object('bin')),
    settings: {
      precision: settings.oneOf<WeightPrecision>('precision', WEIGHT_PRECISIONS),
      groupSize: settings.count('groupSize'),
      scheme: settings.oneOf<Int4Choice>('scheme', INT4_CHOICES),
      headPrecision: settings.oneOf<WeightPrecision>('headPrecision', WEIGHT_PRECISIONS),
    },
    parameters: at.count('parameters'),
    sourceBytes: at.count('sourceBytes'),
    weightBytes: at.count('weightBytes'),
  }
}

const identity = (at: Fields): FileIdentity => ({ bytes: at.count('bytes'), sha256: at.hash('sha256') })

/** Checked access to an object of the stamp. */
interface Fields {
  has(key: string): boolean
  object(key: string): Fields
  text(key: string): string
  count(key: string): number
  hash(key: string): string
  oneOf<T extends string>(key: string, choices: readonly T[]): T
}

function fieldsOf(path: string, json: JsonObject, where = ''): Fields {
  const read = <T>(key: string, expected: string, fits: (value: unknown) => value is T): T => {
    const value = Object.hasOwn(json, key) ? json[key] : undefined
    if (fits(value)) return value
    throw new CheckpointError(
      'BAD_IR',
      `${path}: expected ${expected} for ${where}${key}, but found ${show(value)}; ${AGAIN}`,
    )
  }
  const isText = (value: unknown): value is string => typeof value === 'string'
  return {
    has: (key) => Object.hasOwn(json, key),
    object: (key) => fieldsOf(path, read(key, 'an object', isJsonObject), `${where}${key}.`),
    text: (key) => read(key, 'a string', isText),
    count: (key) =>
      read(key, 'an integer from 0', (v): v is number => Number.isSafeInteger(v) && (v as number) >= 0),
    hash: (key) =>
      read(key, '64 hexadecimal digits', (v): v is string => isText(v) && /^[0-9a-f]{64}$/.test(v)),
    oneOf: <T extends string>(key: string, choices: readonly T[]) =>
      read(key, choices.join(', '), (v): v is T => choices.includes(v as T)),
  }
}
