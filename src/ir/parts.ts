// The three parts of the model, each an IR of its own.
import type { Graph } from '../architecture/graph.ts'
import { projectionGraph } from '../architecture/projection.ts'
import { textGraph } from '../architecture/text.ts'
import { visionGraph } from '../architecture/vision.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import { TOKEN_EMBEDDING } from '../checkpoint/expected-tensors.ts'

/** In the order in which a picture goes through them. */
export const PART_NAMES = ['vision', 'projection', 'text'] as const
export type PartName = (typeof PART_NAMES)[number]

/** Makes one thing for each part. */
export const forEachPart = <T>(make: (part: PartName) => T): Record<PartName, T> => ({
  vision: make('vision'),
  projection: make('projection'),
  text: make('text'),
})

/** What describes a part of this model to an emitter. */
export function partGraph(
  part: PartName,
  { config, lmHead }: Pick<Checkpoint, 'config' | 'lmHead'>,
): (g: Graph) => void {
  switch (part) {
    case 'vision':
      return (g) => {
        visionGraph(g, config.vision_config)
      }
    case 'projection':
      return (g) => {
        projectionGraph(g, config)
      }
    case 'text':
      return (g) => {
        textGraph(g, config.text_config, { tied: lmHead === TOKEN_EMBEDDING })
      }
  }
}
