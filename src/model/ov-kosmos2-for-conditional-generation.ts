// The compiled model: an IR folder in OpenVINO.
import { type CompiledModelOptions, openCompiled } from '../compiled/open-compiled.ts'
import { ConditionalGeneration } from './conditional-generation.ts'

/**
 * KOSMOS-2 with its language head, converted to OpenVINO IR by `convert` and compiled for a device. The same calls as
 * Kosmos2ForConditionalGeneration; several generations may run at once, each with a state of its own.
 */
export class OVKosmos2ForConditionalGeneration extends ConditionalGeneration {
  /**
   * Reads, checks and compiles an IR folder.
   * @param folder - as `convert` wrote it
   * @throws {CheckpointError} `NOT_AN_IR` or `BAD_IR` saying what is missing, damaged or changed
   * @throws {OpenVINOError} without a usable runtime, for a device that is not there, or with what OpenVINO says
   */
  static async from_pretrained(
    folder: string,
    options: CompiledModelOptions = {},
  ): Promise<OVKosmos2ForConditionalGeneration> {
    const { engine, generationConfig } = await openCompiled(folder, options)
    return new OVKosmos2ForConditionalGeneration(engine, generationConfig)
  }
}
