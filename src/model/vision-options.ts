// What may be asked of the vision tower, and of each layer, in transformers' words.
import type { Traced } from '../architecture/layer-outputs.ts'
import { invalidType } from '../errors.ts'

/** What is wanted of each layer. */
export interface LayerOptions {
  /** The hidden states of all layers. @default false */
  readonly output_hidden_states?: boolean | undefined
  /** Where each head of each layer looks. @default false */
  readonly output_attentions?: boolean | undefined
}
export const LAYER_OPTIONS = ['output_hidden_states', 'output_attentions'] as const

export interface SizeOptions {
  /**
   * Takes pictures of another size than image_size: the positions of their patches are interpolated. Both sides have at
   * least patch_size pixels, and there are at most nine times the usual number of patches. @default false
   */
  readonly interpolate_pos_encoding?: boolean | undefined
}

export type VisionModelOptions = LayerOptions & SizeOptions
export const VISION_MODEL_OPTIONS = [...LAYER_OPTIONS, 'interpolate_pos_encoding'] as const

/** What is wanted of each layer; undefined for nothing. @throws {TypeError} for options that are not true or false */
export function tracedBy({ output_hidden_states, output_attentions }: LayerOptions): Traced | undefined {
  const hiddenStates = flag('output_hidden_states', output_hidden_states)
  const attentions = flag('output_attentions', output_attentions)
  return hiddenStates || attentions ? { hiddenStates, attentions } : undefined
}

/** Whether pictures of other sizes are taken. @throws {TypeError} for an option that is not true or false */
export const interpolates = ({ interpolate_pos_encoding }: SizeOptions): boolean =>
  flag('interpolate_pos_encoding', interpolate_pos_encoding)

function flag(name: string, value: unknown = false): boolean {
  if (typeof value !== 'boolean') throw invalidType(name, 'true or false', value)
  return value
}
