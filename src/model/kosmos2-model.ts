// The original model without its language head, in ONNX Runtime.
import { Headless } from './headless.ts'
import { type ModelOptions, openOriginal } from './open-original.ts'

/** KOSMOS-2 without its language head: `forward` gives the last hidden state. */
export class Kosmos2Model extends Headless {
  /** As Kosmos2ForConditionalGeneration.from_pretrained. */
  static async from_pretrained(nameOrFolder: string, options: ModelOptions = {}): Promise<Kosmos2Model> {
    const { engine } = await openOriginal(nameOrFolder, options)
    return new Kosmos2Model(engine)
  }
}
