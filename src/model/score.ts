// `score` as the model classes offer it.
import type { Engine } from '../architecture/engine.ts'
import { invalidRange, invalidType } from '../errors.ts'
import { scoreContinuations } from '../generate/score.ts'
import { imageFeatures, textInputs } from './image-features.ts'
import type { ModelInputs } from './inputs.ts'
import { interruptible } from './interrupt.ts'

/** Checks what is scored, makes embeddings of the picture, and scores the continuations of the prompt. */
export async function scoreTexts(
  engine: Engine,
  inputs: ModelInputs,
  continuations: readonly (readonly number[])[],
  signal: AbortSignal | undefined,
): Promise<number[][]> {
  const { vocab_size } = engine.config.text_config
  if (inputs.input_ids.dims[0] !== 1)
    throw invalidRange(
      'input_ids',
      'one row, as continuations are those of one prompt',
      inputs.input_ids.dims,
    )
  if (!(continuations instanceof Array))
    throw invalidType('continuations', 'arrays of token ids', continuations)
  if (continuations.length === 0) throw invalidRange('continuations', 'at least one', continuations)
  for (const [index, ids] of continuations.entries())
    if (ids.length === 0 || !ids.every((id) => Number.isInteger(id) && id >= 0 && id < vocab_size))
      throw invalidRange(
        `continuations[${index}]`,
        `token ids from 0 to ${vocab_size - 1}, at least one`,
        ids,
      )
  return await interruptible(signal, async (stop) => {
    const features = await imageFeatures(engine, inputs, stop)
    return await scoreContinuations(
      () => engine.openDecoder(),
      textInputs(inputs, features),
      continuations,
      engine.config.text_config,
      stop,
    )
  })
}
