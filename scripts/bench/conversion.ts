// What a conversion takes, beside copying the checkpoint's bytes in the same run.
import { rm, stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { WEIGHTS_FILE } from '../../src/checkpoint/file-names.ts'
import { openIr } from '../../src/ir/open-ir.ts'
import { PART_NAMES } from '../../src/ir/parts.ts'
import { type WeightPrecision } from '../../src/ir/weight-form.ts'
import { withRunner } from './runner.ts'
import type { Spread } from './statistics.ts'

export interface ConversionResult {
  readonly ms: number
  /** The largest memory of its own that its process had; null where the system does not tell. */
  readonly peakBytes: number | null
  /** Copying the checkpoint, just after. */
  readonly copyMs: number
  /** Twice the copy, and compressing at 300 MB/s on every core where there is something to compress. */
  readonly allowedMs: number
  /** Bytes of the checkpoint and of the three .bin files. */
  readonly sourceBytes: number
  readonly bytes: number
  /** Bytes of the checkpoint that one core compresses a second; null where nothing is compressed. */
  readonly compressionRate: Spread | null
}

/** Bytes of the checkpoint a second and core. */
const COMPRESSION_RATE = 300e6

/** @returns undefined where the folder held the conversion already */
export async function benchConversion(
  checkpoint: string,
  folder: string,
  { weights, overwrite }: { readonly weights: WeightPrecision; readonly overwrite: boolean },
): Promise<ConversionResult | undefined> {
  const { ms, reused, peakBytes } = await withRunner(async (runner) => {
    const peak = runner.watchPeak()
    const conversion = await runner.ask('convert', checkpoint, folder, { weights, overwrite })
    return { ...conversion, peakBytes: peak() ?? null }
  })
  if (reused) return undefined
  const file = join(checkpoint, WEIGHTS_FILE)
  const sourceBytes = (await stat(file)).size
  const copy = `${folder}.copy`
  const copyMs = await withRunner(({ ask }) => ask('copy', file, copy)).finally(() =>
    rm(copy, { force: true }),
  )
  const { parts } = await openIr(folder)
  const sizes = await Promise.all(PART_NAMES.map((part) => stat(parts[part].bin)))
  const isCompressed = weights !== 'fp32'
  const compressing = isCompressed ? (sourceBytes / (COMPRESSION_RATE * availableParallelism())) * 1000 : 0
  return {
    ms,
    peakBytes,
    copyMs,
    allowedMs: 2 * copyMs + compressing,
    sourceBytes,
    bytes: sizes.reduce((sum, { size }) => sum + size, 0),
    compressionRate: isCompressed ? await withRunner(({ ask }) => ask('compression', weights)) : null,
  }
}
