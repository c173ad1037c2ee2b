// `generate` as the model classes offer it: the picture becomes embeddings, then the text model continues the prompt.
// Mirrors Kosmos2ForConditionalGeneration.generate in transformers' modeling_kosmos2.py.
import type { Engine } from '../architecture/engine.ts'
import type { GenerationConfig } from '../checkpoint/generation-config.ts'
import { generate, type GenerateOutput } from '../generate/generate.ts'
import { type GenerateOptions, resolveOptions } from '../generate/options.ts'
import type { GenerationDecoder } from '../generate/stepper.ts'
import type { Tensor } from '../tensor.ts'
import { imageFeatures, textInputs } from './image-features.ts'
import { INPUT_NAMES, type ModelInputs } from './inputs.ts'
import { interruptible } from './interrupt.ts'

/** The processor's output and the options of a generation, in one object as in Hugging Face's keyword arguments. */
export type GenerateArguments = ModelInputs & GenerateOptions

/**
 * Continues a prompt about a picture, or, without pixel_values and image_embeds, text alone (the reference's
 * `text_model.generate`).
 * @param openDecoder - another than one with an empty cache
 */
export async function generateText(
  engine: Engine,
  generationConfig: GenerationConfig,
  all: GenerateArguments,
  openDecoder: (signal: AbortSignal | undefined) => Promise<GenerationDecoder> = () => engine.openDecoder(),
): Promise<Tensor | GenerateOutput> {
  const { inputs, options } = split(all)
  // Before the picture is computed: a bad option must not cost a second.
  const resolved = resolveOptions(options, { ...generationConfig })
  return await interruptible(resolved.signal, async (signal) => {
    signal?.throwIfAborted()
    const features = await imageFeatures(engine, inputs, signal)
    signal?.throwIfAborted()
    return await generate(
      () => openDecoder(signal),
      textInputs(inputs, features),
      { ...resolved, signal },
      engine.config.text_config,
    )
  })
}

function split(all: GenerateArguments): { inputs: ModelInputs; options: GenerateOptions } {
  const entries = Object.entries(all)
  const isInput = ([name]: [string, unknown]) => (INPUT_NAMES as readonly string[]).includes(name)
  return {
    inputs: Object.fromEntries(entries.filter(isInput)) as unknown as ModelInputs,
    options: Object.fromEntries(entries.filter((entry) => !isInput(entry))),
  }
}
