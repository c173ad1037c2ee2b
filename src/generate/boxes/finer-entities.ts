// The entities of an answer with finer boxes.
import { rejectUnknownOptions } from '../../errors.ts'
import type { Entity } from '../../text/post-process.ts'
import type { Kosmos2Processor } from '../../text/processor.ts'
import type { GenerateOutput } from '../generate.ts'
import type { CornerMapOptions } from './corner-maps.ts'
import { finerBox, type FinerBoxOptions } from './finer-box.ts'
import { locateEntities } from './located-entities.ts'

/**
 * What `post_process_generation` gives for a generated row, its boxes replaced by those of `finerBox`. Boxes that the
 * prompt gave stay as they are.
 * @param output - of `generate` with `return_dict_in_generate` and `output_scores`
 * @returns caption and entities, boxes as fractions of the picture
 * @throws as `cornerMaps` and `finerBox`
 */
export function finerEntities(
  processor: Kosmos2Processor,
  output: GenerateOutput,
  options: CornerMapOptions & FinerBoxOptions = {},
): [caption: string, entities: Entity[]] {
  rejectUnknownOptions('finerEntities', options, ['row', 'radius'])
  const { row = 0, ...how } = options
  const { caption, entities, located } = locateEntities(processor, output, row)
  const finer = entities.map(([name, span, own], entity): Entity => [
    name,
    span,
    own.map((plain, index) => {
      const maps = located[entity]![index]?.maps
      return maps === undefined ? plain : finerBox(maps, how)
    }),
  ])
  return [caption, finer]
}
