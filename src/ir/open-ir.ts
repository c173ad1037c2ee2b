// Opens a conversion's folder and checks it: nothing that does not fit its stamp gets as far as OpenVINO.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { join } from 'node:path'
import { Kosmos2Config } from '../checkpoint/config.ts'
import { CONFIG_FILE } from '../checkpoint/file-names.ts'
import { fileStatus } from '../checkpoint/file-status.ts'
import { type GenerationConfig, readGenerationConfig } from '../checkpoint/generation-config.ts'
import { CheckpointError } from '../errors.ts'
import type { FileIdentity } from './hashed-file.ts'
import { forEachPart, PART_NAMES, type PartName } from './parts.ts'
import { AGAIN, readStamp, type Stamp } from './stamp.ts'
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
 * @param verify - `size` compares the size of every file with the stamp, and the content of the graphs and of config.json;
 *   `hash` the content of the weights too, which reads all of them
 * @throws {CheckpointError} `NOT_AN_IR` where the folder is none, `BAD_IR` where it is not what its stamp says, or what
 *   reading the configuration throws
 */
export async function openIr(
  folder: string,
  { verify = 'size' }: { readonly verify?: 'size' | 'hash' | undefined } = {},
): Promise<IrFolder> {
  const stamp = await readStamp(folder)
  for (const part of PART_NAMES) {
    const { xml, bin } = stamp.parts[part]
    await checkFile(join(folder, `${part}.xml`), xml, true)
    await checkFile(join(folder, `${part}.bin`), bin, verify === 'hash')
  }
  const config = stamp.files[CONFIG_FILE]
  if (config !== undefined) await checkFile(join(folder, CONFIG_FILE), config, true)
  const kosmos2Config = await Kosmos2Config.from_pretrained(folder)
  return {
    folder,
    config: kosmos2Config,
    generationConfig: await readGenerationConfig(folder, kosmos2Config),
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

async function checkFile(path: string, { bytes, sha256 }: FileIdentity, content: boolean): Promise<void> {
  const bad = (what: string) => new CheckpointError('BAD_IR', `${path}: ${what}; ${AGAIN}`)
  const status = await fileStatus(path)
  if (status?.isFile() !== true) throw bad('expected a file, but there is none')
  if (status.size !== bytes)
    throw bad(`expected ${bytes} bytes, as when it was converted, but found ${status.size}`)
  if (content && (await fileHash(path)) !== sha256)
    throw bad('its content is not what it was when it was converted')
}

async function fileHash(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
