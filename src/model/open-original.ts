// From a name or folder to the engine of the original model.
import type { Engine } from '../architecture/engine.ts'
import { openCheckpoint } from '../checkpoint/checkpoint.ts'
import type { GenerationConfig } from '../checkpoint/generation-config.ts'
import { RESOLVE_OPTIONS, resolveCheckpoint, type ResolveOptions } from '../checkpoint/hub.ts'
import { rejectUnknownOptions } from '../errors.ts'
import { openOnnxEngine, type OnnxEngineOptions } from '../onnx/engine.ts'

/** Where a model comes from and how it runs. */
export type ModelOptions = ResolveOptions & OnnxEngineOptions

/** @throws {TypeError} naming what a checkpoint takes */
export const checkModelOptions = (options: ModelOptions): void => {
  rejectUnknownOptions('a checkpoint', options, [...RESOLVE_OPTIONS, 'threads'])
}

/** @param nameOrFolder - a folder, or a name on the Hugging Face hub */
export async function openOriginal(
  nameOrFolder: string,
  options: ModelOptions,
): Promise<{ engine: Engine; generationConfig: GenerationConfig }> {
  checkModelOptions(options)
  const { threads, ...where } = options
  const checkpoint = await openCheckpoint(await resolveCheckpoint(nameOrFolder, where))
  try {
    const engine = await openOnnxEngine(checkpoint, { threads })
    return { engine, generationConfig: checkpoint.generationConfig }
  } finally {
    // The sessions have mapped the weights by now; the checked handle is not needed any more.
    await checkpoint.close()
  }
}
