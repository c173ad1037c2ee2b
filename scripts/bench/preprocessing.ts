// From a picture's file to pixel_values, beside Pillow and transformers' processor on the same file.
import { Kosmos2ImageProcessor } from '../../src/image/image-processor.ts'
import type { Reference } from './reference.ts'
import { othersAsleep, type Spread, spread } from './statistics.ts'

export interface PreprocessingResult {
  readonly ms: Spread
  readonly referenceMs: Spread | null
  /** Of each round: our time / the reference's. */
  readonly ratio: Spread | null
}

const WARM_UP = 5

export async function benchPreprocessing(
  folder: string,
  picture: string,
  rounds: number,
  reference: Reference | undefined,
): Promise<PreprocessingResult> {
  const processor = await Kosmos2ImageProcessor.from_pretrained(folder)
  const rows: { ms: number; referenceMs: number | undefined }[] = []
  for (let round = 0; round < rounds + WARM_UP; round++) {
    await othersAsleep()
    const start = performance.now()
    await processor.call(picture)
    const ms = performance.now() - start
    await othersAsleep()
    const referenceMs = await reference?.ask<number>('preprocess', folder, picture)
    if (round >= WARM_UP) rows.push({ ms, referenceMs })
  }
  const of = (value: (row: (typeof rows)[number]) => number | undefined) => {
    const values = rows.map(value).filter((number) => number !== undefined)
    return values.length === 0 ? null : spread(values)
  }
  return {
    ms: spread(rows.map((row) => row.ms)),
    referenceMs: of((row) => row.referenceMs),
    ratio: of((row) => row.referenceMs && row.ms / row.referenceMs),
  }
}
