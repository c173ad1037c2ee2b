// From a name or folder to the engine of the original model.
import type { Engine } from '../architecture/engine.ts'
import { openCheckpoint } from '../checkpoint/checkpoint.ts'
import type { GenerationConfig } from '../checkpoint/generation-config.ts'
import { resolveCheckpoint, type ResolveOptions } from '../checkpoint/hub.ts'
import { openOnnxEngine, type OnnxEngineOptions } from '../onnx/engine.ts'

/** Where a model comes from and how it runs. */
export type ModelOptions = ResolveOptions & OnnxEngineOptions

/** @param nameOrFolder - a folder, or a name on the Hugging Face hub */
export async function openOriginal(
  nameOrFolder: string,
  options: ModelOptions,
): Promise<{ engine: Engine; generationConfig: GenerationConfig }> {
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
