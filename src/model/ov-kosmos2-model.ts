// The compiled model without its language head: an IR folder in OpenVINO.
import { type CompiledModelOptions, openCompiled } from '../compiled/open-compiled.ts'
import { Headless } from './headless.ts'

/** As Kosmos2Model, converted to OpenVINO IR by `convert` and compiled for a device. */
export class OVKosmos2Model extends Headless {
  /** As OVKosmos2ForConditionalGeneration.from_pretrained. */
  static async from_pretrained(folder: string, options: CompiledModelOptions = {}): Promise<OVKosmos2Model> {
    const { engine } = await openCompiled(folder, options)
    return new OVKosmos2Model(engine)
  }
}
