// The models of an evaluation: each that was named, in each precision that was asked for.
import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { convert, Kosmos2 } from '../../src/index.ts'
import { UsageError } from '../../src/cli/exit-status.ts'
import type { RunSettings } from '../../src/cli/model.ts'
import type { Progress } from '../../src/cli/progress.ts'
import { isIrFolder } from '../../src/ir/stamp.ts'
import { WEIGHT_PRECISIONS, type WeightPrecision } from '../../src/ir/weight-form.ts'

export const WEIGHTS = ['original', ...WEIGHT_PRECISIONS] as const
export type Weights = (typeof WEIGHTS)[number]

/** A model as it is evaluated. */
export interface Subject {
  /** Such as `models/kosmos2-tiny, int8`. */
  readonly name: string
  /** Opens it; `dispose` it when done. */
  readonly open: (progress: Progress, signal: AbortSignal) => Promise<Kosmos2>
}

/**
 * @param models - folders or names on the hub; a folder that is converted already is taken as it is
 * @param settings - how converted models run; of these the originals take the number of threads
 * @throws {UsageError} for precisions asked of converted models, and settings of these asked of originals
 */
export async function subjects(
  models: readonly string[],
  weights: readonly Weights[] | undefined,
  settings: RunSettings,
): Promise<Subject[]> {
  const all: Subject[] = []
  for (const model of models) {
    const isConverted = await isIrFolder(model)
    if (isConverted && weights !== undefined)
      throw new UsageError(`Expected a checkpoint for --weights, but ${model} is converted already`)
    if (isConverted) all.push({ name: model, open: () => Kosmos2.from_pretrained(model, settings) })
    else
      for (const precision of weights ?? ['original' as const]) {
        if (precision === 'original' && (settings.device ?? settings.performance) !== undefined)
          throw new UsageError(
            `Expected --device and --performance for converted models only, but ${model} runs as the original: choose --weights`,
          )
        all.push(subject(model, precision, settings))
      }
  }
  return all
}

function subject(model: string, weights: Weights, { threads, ...device }: RunSettings): Subject {
  const name = `${model}, ${weights}`
  return {
    name,
    async open(progress, signal) {
      const onProgress = ({ done, total }: { done: number; total: number }): void => {
        progress.update(`Opening ${name}`, done / total)
      }
      const own = threads === undefined ? {} : { threads }
      if (weights === 'original')
        return await Kosmos2.from_pretrained(model, {
          ...own,
          signal,
          onProgress: ({ loaded, total }) => {
            onProgress({ done: loaded, total })
          },
        })
      const folder = await convertedFolder(model, weights)
      await convert(model, folder, { weights, onProgress, signal })
      return await Kosmos2.from_pretrained(folder, { ...own, ...device })
    },
  }
}

/** Beside the checkpoint, as the notebooks have it; in `models/` for a name on the hub. */
async function convertedFolder(model: string, weights: WeightPrecision): Promise<string> {
  const isFolder = await stat(model).then(
    (status) => status.isDirectory(),
    () => false,
  )
  return isFolder
    ? `${model.replace(/[/\\]+$/, '')}-${weights}`
    : join('models', `${basename(model)}-${weights}`)
}
