// Answers about a picture, as text for people and as JSON for programs.
import type { Answer, ImageSize } from '../index.ts'

/** What `--json` gives for a picture, for help. */
export const JSON_HELP =
  'With --json each picture gives one line: { image, width, height, text, entities: [{ phrase, span, pixels, fractions }], raw }. A span counts code points of the text; pixels and fractions are lists of boxes [x1, y1, x2, y2]. A picture that cannot be read gives { image, error: { name, code, message } }.'

/** Head of a table of boxes. */
export function boxHeading({ width, height }: ImageSize): string {
  return `box in pixels of ${width} x ${height}: x1, y1, x2, y2`
}

/** The boxes of entities as rows of a table: phrase and box. */
export function boxRows({ entities }: Answer, size: ImageSize): string[][] {
  return entities.flatMap(([phrase, , boxes]) =>
    boxes.map((box, index) => [index === 0 ? phrase : '', inPixels(box, size).join(', ')]),
  )
}

/** An answer for JSON. */
export function answerFields({ text, entities, raw }: Answer, size: ImageSize): object {
  return {
    text,
    entities: entities.map(([phrase, span, boxes]) => ({
      phrase,
      span,
      pixels: boxes.map((box) => inPixels(box, size)),
      fractions: boxes,
    })),
    raw,
  }
}

type Box = Answer['entities'][number][2][number]

function inPixels([x1, y1, x2, y2]: Box, { width, height }: ImageSize): number[] {
  return [x1 * width, y1 * height, x2 * width, y2 * height].map((value) => Math.round(value))
}
