// From a checkpoint to a folder of OpenVINO IR that stands alone.
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { BOX_REFINER_GRAPH, boxRefinerGraph } from '../architecture/box-refiner.ts'
import { type Checkpoint, openCheckpoint } from '../checkpoint/checkpoint.ts'
import { fileStatus } from '../checkpoint/file-status.ts'
import { resolveCheckpoint } from '../checkpoint/hub.ts'
import { CheckpointError, invalidType } from '../errors.ts'
import { partSize } from './conversion-sizes.ts'
import { type ConvertOptions, type ConvertSettings, convertSettings } from './convert-options.ts'
import { emitIr, type IrPart } from './emitter.ts'
import type { FileIdentity } from './hashed-file.ts'
import { openIr } from './open-ir.ts'
import { expectSpace, outputState, realFolder, replaceConversion } from './output-folder.ts'
import {
  type BinName,
  forEachDetailed,
  forEachPart,
  type GraphName,
  PART_NAMES,
  partGraphs,
  type PartName,
} from './parts.ts'
import { clearLeftovers } from './replace-folder.ts'
import { hashSource, smallFiles, sourceState, weightBytes } from './source.ts'
import { isIrFolder, type PartStamp, type Stamp, STAMP_FILE, STAMP_FORMAT } from './stamp.ts'
import type { WeightSettings } from './weight-form.ts'
import { type BinToWrite, writeBins } from './write-bins.ts'

/** How far a conversion is. */
export interface ConvertProgress {
  /**
   * `download` of a checkpoint from the hub, `compare` with the conversion that is there already, `convert`; what is not
   * needed is left out.
   */
  readonly phase: 'download' | 'compare' | 'convert'
  /** The part whose tensor is written, if it is one. */
  readonly part: BinName | undefined
  /** The tensor, or the file of a download. */
  readonly tensor: string
  /** Bytes of the checkpoint that this phase has dealt with. */
  readonly done: number
  readonly total: number
}

/** What a conversion made, or found. */
export interface Conversion {
  readonly folder: string
  /** Whether the folder held this very conversion already. */
  readonly reused: boolean
  readonly parts: Readonly<Record<PartName, PartStamp>>
}

/**
 * Converts a checkpoint into a folder of OpenVINO IR: `vision`, `projection` and `text`, each as .xml and .bin, and graphs
 * with outputs for each layer that share those .bin (`vision-states.xml` and so on), with the configuration and tokenizer
 * beside them, and `box-refiner` where the checkpoint has one. Weights are read, compressed and written block by block. The folder appears
 * whole and under its name, or not at all.
 *
 * A conversion that is there already is kept if it was made of the same bytes with the same options, and replaced
 * otherwise; a folder that holds anything else is left alone.
 * @param nameOrFolder - a checkpoint's folder, or its name on the Hugging Face hub
 * @param folder - where the conversion goes
 * @throws {CheckpointError} what opening a checkpoint throws; `FOLDER_IN_USE`, `NO_SPACE`, `SOURCE_CHANGED` or
 *   `UNSUITABLE_WEIGHTS`
 * @throws {TypeError | RangeError} for options that do not fit; the signal's reason where it was aborted
 */
export async function convert(
  nameOrFolder: string,
  folder: string,
  options: ConvertOptions = {},
): Promise<Conversion> {
  if (typeof folder !== 'string' || folder === '') throw invalidType('folder', 'the path of a folder', folder)
  const settings = convertSettings(options)
  const { onProgress, signal } = settings
  signal?.throwIfAborted()
  const target = await realFolder(folder)
  await clearLeftovers(target)
  await outputState(target) // a folder in use is told before anything is downloaded
  const sourceFolder = await resolveCheckpoint(nameOrFolder, {
    ...settings.where,
    signal,
    onProgress({ file, loaded, total }) {
      onProgress({ phase: 'download', part: undefined, tensor: file, done: loaded, total })
    },
  })
  if (await isIrFolder(sourceFolder))
    throw new CheckpointError(
      'NOT_A_CHECKPOINT',
      `${sourceFolder}: expected a checkpoint, but this is a conversion already; convert what it was made of`,
    )
  const checkpoint = await openCheckpoint(sourceFolder)
  try {
    signal?.throwIfAborted()
    const source = await readSource(nameOrFolder, checkpoint)
    const parts = (await reusable(target, source, settings)) ?? (await make(target, source, settings))
    return { folder, reused: parts.reused, parts: parts.stamps }
  } finally {
    await checkpoint.close()
  }
}

/** What is converted. */
interface Source {
  /** As the user gave it. */
  readonly name: string
  readonly checkpoint: Checkpoint
  /** See sourceState; as it was before anything was read. */
  readonly state: string
  /** Files that are copied. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

type Made = Pick<Conversion, 'reused'> & { readonly stamps: Conversion['parts'] }

async function readSource(name: string, checkpoint: Checkpoint): Promise<Source> {
  const names = await smallFiles(checkpoint.folder)
  const state = await sourceState(checkpoint, names)
  const files = new Map<string, Uint8Array>()
  for (const file of names) files.set(file, await readFile(join(checkpoint.folder, file)))
  return { name, checkpoint, state, files }
}

/** The parts of the conversion that is there, if it is whole and just what `make` would make. */
async function reusable(
  target: string,
  { checkpoint, files }: Source,
  { weights, overwrite, signal, onProgress }: ConvertSettings,
): Promise<Made | undefined> {
  if (overwrite || (await outputState(target)) !== 'conversion') return undefined
  const stamp = await readableStamp(target)
  const total = weightBytes(checkpoint.weights)
  if (
    stamp?.source.bytes !== total ||
    !isDeepStrictEqual(stamp.files, identities(files)) ||
    PART_NAMES.some((part) => !isDeepStrictEqual(stamp.parts[part].settings, weights[part])) ||
    !(await areThere(target, files))
  )
    return undefined
  const { sha256 } = await hashSource(checkpoint.weights, {
    signal,
    onBytes(done) {
      onProgress({ phase: 'compare', part: undefined, tensor: '', done, total })
    },
  })
  return sha256 === stamp.source.sha256 ? { reused: true, stamps: stamp.parts } : undefined
}

async function areThere(folder: string, files: Source['files']): Promise<boolean> {
  const found = await Promise.all([...files.keys()].map((name) => fileStatus(join(folder, name))))
  return [...files.values()].every(({ byteLength }, i) => found[i]?.size === byteLength)
}

/** Undefined where the conversion is damaged or of another format: then it is made again. */
async function readableStamp(folder: string): Promise<Stamp | undefined> {
  try {
    return (await openIr(folder)).stamp
  } catch (error) {
    if (error instanceof CheckpointError) return undefined
    throw error
  }
}

async function make(target: string, source: Source, settings: ConvertSettings): Promise<Made> {
  const { checkpoint, files } = source
  const { weights, signal, onProgress } = settings
  const total = weightBytes(checkpoint.weights)
  const find = (name: string) => checkpoint.tensor(name)
  const emitted: Record<PartName, IrPart> & Partial<Record<BinName, IrPart>> = {
    ...forEachPart((part) => emitIr(find, weights[part], partGraphs(part, checkpoint))),
    ...(checkpoint.refinesBoxes && {
      // It looks at pictures, as vision does.
      [BOX_REFINER_GRAPH]: emitIr(find, weights.vision, { [BOX_REFINER_GRAPH]: boxRefinerGraph }),
    }),
  }
  const texts = Object.values(emitted).flatMap(({ xml }) =>
    Array.from(xml, ([name, text]): [string, Uint8Array] => [`${name}.xml`, Buffer.from(text)]),
  )
  const small = new Map([...files, ...texts])
  const bytes = [...small.values()].reduce((sum, { byteLength }) => sum + byteLength, 0)
  await expectSpace(
    target,
    Object.values(emitted).reduce((sum, { bin }) => sum + bin.byteLength, bytes),
  )
  return await replaceConversion(target, async (temporary) => {
    for (const [name, content] of small) await writeFile(join(temporary, name), content, { flag: 'wx' })
    const written = await writeBins(
      checkpoint.weights,
      Object.fromEntries(
        Object.entries(emitted).map(([name, { bin }]) => [
          name,
          { path: join(temporary, `${name}.bin`), plan: bin },
        ]),
      ) as Record<BinName, BinToWrite>,
      {
        signal,
        onProgress(progress) {
          onProgress({ phase: 'convert', ...progress, total })
        },
      },
    )
    if ((await sourceState(checkpoint, [...files.keys()])) !== source.state)
      throw new CheckpointError(
        'SOURCE_CHANGED',
        `${checkpoint.folder}: the checkpoint was written to while it was converted; convert it again when it is at rest`,
      )
    const graph = (name: GraphName) => identity(small.get(`${name}.xml`)!)
    const stamps = forEachPart((part) =>
      partStamp(emitted[part], weights[part], graph(part), written.bins[part]),
    )
    const refiner = emitted[BOX_REFINER_GRAPH]
    const stamp: Stamp = {
      format: STAMP_FORMAT,
      source: { name: source.name, ...written.source },
      files: identities(files),
      parts: stamps,
      detailed: forEachDetailed(graph),
      boxRefiner:
        refiner &&
        partStamp(refiner, weights.vision, graph(BOX_REFINER_GRAPH), written.bins[BOX_REFINER_GRAPH]),
    }
    await writeFile(join(temporary, STAMP_FILE), `${JSON.stringify(stamp, null, 2)}\n`, { flag: 'wx' })
    signal?.throwIfAborted()
    return { reused: false, stamps }
  })
}

function partStamp(
  { bin: { tensors } }: IrPart,
  settings: WeightSettings,
  xml: FileIdentity,
  bin: FileIdentity,
): PartStamp {
  const sourceBytes = tensors.reduce((sum, { entry }) => sum + entry.byteLength, 0)
  return { xml, bin, settings, sourceBytes, ...partSize(tensors) }
}

const identity = (content: Uint8Array): FileIdentity => ({
  bytes: content.byteLength,
  sha256: createHash('sha256').update(content).digest('hex'),
})

const identities = (files: ReadonlyMap<string, Uint8Array>): Record<string, FileIdentity> =>
  Object.fromEntries([...files].map(([name, content]) => [name, identity(content)]))
