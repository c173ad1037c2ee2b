// Opens a conversion's folder and checks it: nothing that does not fit its stamp gets as far as OpenVINO.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { join } from 'node:path'
import { BOX_REFINER_GRAPH } from '../architecture/box-refiner.ts'
import { Kosmos2Config } from '../checkpoint/config.ts'
import { CONFIG_FILE } from '../checkpoint/file-names.ts'
import { fileStatus } from '../checkpoint/file-status.ts'
import { type GenerationConfig, readGenerationConfig } from '../checkpoint/generation-config.ts'
import { CheckpointError, invalidRange } from '../errors.ts'
import type { FileIdentity } from './hashed-file.ts'
import { type IrGraph, readIrGraph } from './ir-graph.ts'
import {
  type BinName,
  binOf,
  DETAILED_NAMES,
  forEachPart,
  type GraphName,
  isDetailed,
  PART_NAMES,
  type PartName,
} from './parts.ts'
import { AGAIN, type PartStamp, readStamp, type Stamp, STAMP_FILE } from './stamp.ts'
import type { WeightPrecision } from './weight-form.ts'

/** A part of a conversion. */
export interface IrPartFiles {
  /** Paths. */
  readonly xml: string
  readonly bin: string
  /** SHA-256 of the two files, as the stamp says. */
  readonly hashes: { readonly xml: string; readonly bin: string }
  /** What its matrices are stored as. */
  readonly weights: WeightPrecision
  /** Numbers in its tensors. */
  readonly parameters: number
  /** Bytes of those tensors in the checkpoint. */
  readonly sourceBytes: number
  /** Bytes of them here, scales and zero points included. */
  readonly weightBytes: number
}

/** A conversion. */
export interface IrFolder {
  readonly folder: string
  readonly config: Kosmos2Config
  readonly generationConfig: GenerationConfig
  readonly stamp: Stamp
  readonly parts: Readonly<Record<PartName, IrPartFiles>>
}

/**
 * Opens a conversion.
 * @param verify - `size` compares the size of every file with the stamp, and the content of the parts' graphs and of
 *   config.json; `hash` the content of the weights too, which reads all of them, and of the graphs that are seldom needed
 * @throws {CheckpointError} `NOT_AN_IR` where the folder is none, `BAD_IR` where it is not what its stamp says, or what
 *   reading the configuration throws
 */
export async function openIr(
  folder: string,
  { verify = 'size' }: { readonly verify?: 'size' | 'hash' | undefined } = {},
): Promise<IrFolder> {
  if (!['size', 'hash'].includes(verify)) throw invalidRange('verify', "'size' or 'hash'", verify)
  const stamp = await readStamp(folder)
  for (const name of binNames(stamp)) {
    await readGraph(folder, stamp, name)
    const { bin } = stampOf(stamp, name)
    const path = join(folder, `${name}.bin`)
    await checkSize(path, bin)
    if (verify === 'hash') checkHash(path, await fileHash(path), bin)
  }
  for (const name of DETAILED_NAMES) {
    if (verify === 'hash') await readGraph(folder, stamp, name)
    else await checkSize(join(folder, `${name}.xml`), stamp.detailed[name])
  }
  // The graphs were made for this configuration; the other small files may be edited.
  const identity = stamp.files[CONFIG_FILE]
  if (identity === undefined) throw bad(join(folder, STAMP_FILE), `expected ${CONFIG_FILE} in files`)
  await readWhole(join(folder, CONFIG_FILE), identity)
  const config = await Kosmos2Config.from_pretrained(folder)
  return {
    folder,
    config,
    generationConfig: await readGenerationConfig(folder, config),
    stamp,
    parts: forEachPart((part) => {
      const { xml, bin, settings, parameters, sourceBytes, weightBytes } = stamp.parts[part]
      return {
        xml: join(folder, `${part}.xml`),
        bin: join(folder, `${part}.bin`),
        hashes: { xml: xml.sha256, bin: bin.sha256 },
        weights: settings.precision,
        parameters,
        sourceBytes,
        weightBytes,
      }
    }),
  }
}

/**
 * Reads a graph of a conversion and checks it.
 * @throws {CheckpointError} `BAD_IR`
 */
export async function readGraph(folder: string, stamp: Stamp, name: GraphName): Promise<IrGraph> {
  const path = join(folder, `${name}.xml`)
  const text = await readWhole(path, isDetailed(name) ? stamp.detailed[name] : stampOf(stamp, name).xml)
  const { bin } = stampOf(stamp, binOf(name))
  return readIrGraph(text.toString(), path, bin.bytes)
}

/** What has a .bin in a conversion. */
export const binNames = ({ boxRefiner }: Stamp): readonly BinName[] =>
  boxRefiner === undefined ? PART_NAMES : [...PART_NAMES, BOX_REFINER_GRAPH]

/** @param name - one of `binNames` */
const stampOf = ({ parts, boxRefiner }: Stamp, name: BinName): PartStamp =>
  name === BOX_REFINER_GRAPH ? boxRefiner! : parts[name]

/** More than a graph or a configuration needs, and little enough to read. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024

/** The content of a small file, which has to be what it was. */
async function readWhole(path: string, identity: FileIdentity): Promise<Buffer> {
  if (identity.bytes > MAX_TEXT_BYTES)
    throw bad(path, `expected at most ${MAX_TEXT_BYTES} bytes, but the stamp says ${identity.bytes}`)
  await checkSize(path, identity)
  const content = await readFile(path)
  checkHash(path, createHash('sha256').update(content).digest('hex'), identity)
  return content
}

async function checkSize(path: string, { bytes }: FileIdentity): Promise<void> {
  const status = await fileStatus(path)
  if (status?.isFile() !== true) throw bad(path, 'expected a file, but there is none')
  if (status.size !== bytes)
    throw bad(path, `expected ${bytes} bytes, as when it was converted, but found ${status.size}`)
}

function checkHash(path: string, found: string, { sha256 }: FileIdentity): void {
  if (found !== sha256)
    throw bad(path, `expected content with SHA-256 ${sha256}, as when it was converted, but found ${found}`)
}

async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: READ_BYTES }), hash)
  return hash.digest('hex')
}
const READ_BYTES = 1024 * 1024

const bad = (path: string, what: string): CheckpointError =>
  new CheckpointError('BAD_IR', `${path}: ${what}; ${AGAIN}`)
