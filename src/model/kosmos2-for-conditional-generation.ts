// The original model: the checkpoint's own weights in ONNX Runtime, in float32.
import { ConditionalGeneration } from './conditional-generation.ts'
import { type ModelOptions, openOriginal } from './open-original.ts'

/** KOSMOS-2 with its language head, unconverted. It runs in a worker thread. */
export class Kosmos2ForConditionalGeneration extends ConditionalGeneration {
  /**
   * Opens a checkpoint. A float32 one stays in its mapped file; a float16 or bfloat16 one is widened into memory.
   * @param nameOrFolder - a folder, or a name on the Hugging Face hub such as `microsoft/kosmos-2-patch14-224`
   * @throws {CheckpointError} saying what is missing, damaged or in disagreement
   */
  static async from_pretrained(
    nameOrFolder: string,
    options: ModelOptions = {},
  ): Promise<Kosmos2ForConditionalGeneration> {
    const { engine, generationConfig } = await openOriginal(nameOrFolder, options)
    return new Kosmos2ForConditionalGeneration(engine, generationConfig)
  }
}
