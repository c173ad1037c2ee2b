// The model that a command asks: which, and how it runs.
import type { Kosmos2, Performance } from '../index.ts'
import { wholeNumber } from './arguments.ts'
import type { Given, Options } from './command.ts'
import { megabytes } from './format.ts'
import { library } from './library.ts'

/** The published model, as Hugging Face has it. */
const PUBLISHED = 'microsoft/kosmos-2-patch14-224'

/** How a model runs. */
export const RUN_OPTIONS = {
  device: { value: 'NAME', help: 'where a converted model runs: CPU, GPU, NPU, AUTO, ...; CPU if left out' },
  performance: {
    value: 'MODE',
    choices: ['fast', 'accurate'],
    help: "how a converted model runs: as fast as the device can (default), or in float32 for the original's own answers",
  },
  threads: { value: 'N', help: 'processor threads; as many as the engine finds best if left out' },
} as const satisfies Options

/** Which model, and how it runs. */
export const MODEL_OPTIONS = {
  model: {
    value: 'FOLDER|HUB',
    short: 'm',
    help: `a checkpoint or a converted model (see convert), or a name on the Hugging Face hub, which is downloaded once; by default what KOSMOS2_MODEL says, else ${PUBLISHED} (6.7 GB)`,
  },
  ...RUN_OPTIONS,
} as const satisfies Options

/** What KOSMOS2_MODEL says, else the published model. */
export const defaultModel = (): string => process.env['KOSMOS2_MODEL'] || PUBLISHED

/** How a model runs, checked. */
export interface RunSettings {
  readonly device?: string
  readonly performance?: Performance
  readonly threads?: number
}

/** @throws {UsageError} for a number of threads that is none */
export function runSettings(values: Given<typeof RUN_OPTIONS>['values']): RunSettings {
  const { device, performance } = values
  const threads = wholeNumber('threads', values.threads)
  return {
    ...(device !== undefined && { device }),
    ...(performance !== undefined && { performance: performance as Performance }),
    ...(threads !== undefined && { threads }),
  }
}

/** Opens a model; `dispose` it when done. */
export async function openModel(
  name: string,
  settings: RunSettings,
  { terminal, signal }: Pick<Given<Options>, 'terminal' | 'signal'>,
): Promise<Kosmos2> {
  const { Kosmos2 } = await library()
  const kosmos = await Kosmos2.from_pretrained(name, {
    ...settings,
    signal,
    onProgress({ loaded, total }) {
      const amount = `${megabytes(loaded)} of ${megabytes(total)}`
      terminal.progress.update(`Opening ${name}`, loaded / total, amount)
    },
  })
  terminal.progress.end()
  return kosmos
}
