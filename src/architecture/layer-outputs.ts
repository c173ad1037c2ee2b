// What a caller may want of each layer, and how it is found among a graph's outputs.
import type { Tensor } from '../tensor.ts'

/** What is wanted of each layer. */
export interface Traced {
  readonly hiddenStates: boolean
  readonly attentions: boolean
}

/** What was wanted of each layer. */
export interface LayerOutputs {
  /** What goes into each layer, and what comes out at the end: float32 [B, S, D], one more than there are layers. */
  readonly hidden_states?: readonly Tensor[]
  /** Where each head of each layer looks: float32 [B, H, S, T]. */
  readonly attentions?: readonly Tensor[]
}

/**
 * A graph with outputs for each layer. `states`: `hidden_states.0` and so on, what goes into each layer; what comes out at
 * the end is `last_hidden_state`. `attentions`: those, and `attentions.0` and so on, where each head looks; they take memory
 * with the square of the length, so nobody should have them who did not ask.
 */
export type Detail = 'states' | 'attentions'

/** The name of such a graph of a part. */
export type DetailedName = `${'vision' | 'text'}-${Detail}`

/** The least graph that has what is wanted. Of vision, one is needed for a picture of another size alone. */
export const detailFor = (traced: Traced | undefined): Detail =>
  traced?.attentions === true ? 'attentions' : 'states'

/** The names of the outputs `hidden_states.<layer>`. */
export const stateNames = (layers: number): string[] => numbered('hidden_states', layers)
/** The names of the outputs `attentions.<layer>`. */
export const attentionNames = (layers: number): string[] => numbered('attentions', layers)

/** Puts together what is wanted. @param outputs - of a graph with `layers` layers, by their names */
export function layerOutputs(
  outputs: Readonly<Record<string, Tensor>> & { readonly last_hidden_state: Tensor },
  { hiddenStates, attentions }: Traced,
  layers: number,
): LayerOutputs {
  const pick = (names: readonly string[]) => names.map((name) => outputs[name]!)
  return {
    ...(hiddenStates && { hidden_states: [...pick(stateNames(layers)), outputs.last_hidden_state] }),
    ...(attentions && { attentions: pick(attentionNames(layers)) }),
  }
}

const numbered = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${name}.${i}`)
