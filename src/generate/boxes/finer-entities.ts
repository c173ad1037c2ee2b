// The entities of an answer with finer boxes.
import { rejectUnknownOptions } from '../../errors.ts'
import type { Entity } from '../../text/post-process.ts'
import type { Kosmos2Processor } from '../../text/processor.ts'
import type { GenerateOutput } from '../generate.ts'
import { type CornerMapOptions, locateBoxes } from './corner-maps.ts'
import { finerBox, type FinerBoxOptions } from './finer-box.ts'

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
  const { ids, boxes } = locateBoxes(processor, output, row)
  const text = processor.decode(ids, { skip_special_tokens: true })
  const [caption, entities] = processor.post_process_generation(text)
  const inText = entities.reduce((count, [, , own]) => count + own.length, 0)
  if (inText !== boxes.length)
    throw new Error(
      `Expected the ids to hold the ${inText} boxes of their text but found ${boxes.length}: ${text.slice(-200)}`,
    )
  let next = 0
  return [
    caption,
    entities.map(([name, span, own]) => [
      name,
      span,
      own.map((plain) => {
        const { maps } = boxes[next++]!
        return maps === undefined ? plain : finerBox(maps, how)
      }),
    ]),
  ]
}
