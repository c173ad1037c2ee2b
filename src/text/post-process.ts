// What the model wrote, without its tags, and the entities in it: phrases with their boxes. Spans count code points,
// as Python does. Source: transformers processing_kosmos2.py.
import { boxInPixels, type ImageSize, patch_index_to_coordinate } from './boxes.ts'
import { codePointLength, parseDigits, strip, stripEnd, stripStart } from './python-text.ts'
import { DELIMITER_OF_OBJECTS } from './tags.ts'

/**
 * A phrase of the caption and where it is in the picture: its text, the code points of the caption it covers (end
 * excluded), and its boxes x1, y1, x2, y2, as fractions of the picture or, on request, in its pixels.
 */
export type Entity = [
  name: string,
  span: [start: number, end: number],
  boxes: [x1: number, y1: number, x2: number, y2: number][],
]

type EntityWithPatches = readonly [
  name: string,
  span: readonly [start: number, end: number],
  patches: readonly (readonly [upperLeft: bigint, lowerRight: bigint])[],
]

// Python's "." stops at a newline only, JavaScript's at three more characters.
const SPECIAL_FIELD = /<[^\n]*?>/g
const PATCH_PAIR = '<patch_index_\\p{Nd}+><patch_index_\\p{Nd}+>'
const GROUNDED_PHRASE = new RegExp(
  `(?:<phrase>([^<]+)</phrase>)?<object>((?:${PATCH_PAIR}${DELIMITER_OF_OBJECTS})*${PATCH_PAIR})</object>`,
  'gu',
)

/** Removes everything between `<` and the next `>` of the same line: tags, patch indices, and whatever looks alike. */
export function removeSpecialFields(text: string): string {
  return text.replace(SPECIAL_FIELD, '')
}

/**
 * Takes the tags out of a text and gathers the entities they marked.
 *
 * An `<object>` without a phrase becomes one entity a box, named after its patch indices, with an empty span; of
 * nested phrases the inner one counts. Spans refer to the returned caption, whose surrounding white space is gone, so
 * those of an `<object>` at its very start may be negative.
 * @param num_patches_per_side - cells along each side of the grid, 32 in the published model
 */
export function cleanTextAndExtractEntities(
  text: string,
  num_patches_per_side: number,
): [caption: string, entities: Entity[]] {
  const caption = removeSpecialFields(text)
  const leading = codePointLength(caption) - codePointLength(stripStart(caption))
  const entities = extractEntities(text).map(([name, [start, end], patches]): Entity => {
    const nameLeading = codePointLength(name) - codePointLength(stripStart(name))
    const nameTrailing = codePointLength(name) - codePointLength(stripEnd(name))
    return [
      strip(name),
      [
        captionLength(text.slice(0, start)) - leading + nameLeading,
        captionLength(text.slice(0, end)) - leading - nameTrailing,
      ],
      patches.map(([upperLeft, lowerRight]) =>
        patch_index_to_coordinate(upperLeft, lowerRight, num_patches_per_side),
      ),
    ]
  })
  return [strip(caption), entities]
}

/** The entities of a text with its tags; spans are UTF-16 offsets into that text. */
function extractEntities(text: string): EntityWithPatches[] {
  const entities: EntityWithPatches[] = []
  for (const match of text.matchAll(GROUNDED_PHRASE)) {
    const phrase = match[1]
    const patches = match[2]!.split(DELIMITER_OF_OBJECTS).map((pair) => {
      const [upperLeft, lowerRight] = Array.from(pair.matchAll(/\p{Nd}+/gu), ([digits]) =>
        parseDigits(digits),
      )
      return [upperLeft!, lowerRight!] as const
    })
    if (phrase === undefined) {
      for (const pair of patches) {
        const name = `<patch_index_${pair[0]}><patch_index_${pair[1]}>`
        entities.push([name, [match.index, match.index], [pair]])
      }
    } else {
      const start = match.index + '<phrase>'.length
      entities.push([phrase, [start, start + phrase.length], patches])
    }
  }
  return entities
}

function captionLength(text: string): number {
  return codePointLength(removeSpecialFields(text))
}

/** The same entities with boxes in the pixels of a picture, not rounded. */
export function entitiesInPixels(entities: readonly Entity[], size: ImageSize): Entity[] {
  return entities.map(([name, span, boxes]) => [name, span, boxes.map((box) => boxInPixels(box, size))])
}
