// What the grammar of grounded answers promises, checked without it: by the text alone.

const BOX = /(?:<patch_index_\d{4}>){2}/.source
const OBJECT = new RegExp(`<object>(${BOX}(?:</delimiter_of_multi_objects/>${BOX})*)</object>`, 'g')
const PHRASE = new RegExp(`<phrase>[^<]+</phrase>${OBJECT.source}`, 'g')
/** Cells along each side of the grid. */
const SIDE = 32

/**
 * Whether a text is made of words and phrases with boxes, each tag closed and each box from one corner to another right of
 * and below it.
 * @param answer - prompt and answer, tags included
 * @param boxes - how many boxes each phrase has to have; any number from 1 if left out
 */
export function isWellFormed(answer: string, boxes?: number): boolean {
  const own = answer.replace(/^.*<\/image>/s, '').replace('<grounding>', '')
  if (/[<>]/.test(own.replace(PHRASE, ''))) return false
  return Array.from(own.matchAll(OBJECT)).every(([, inside]) => {
    const cells = Array.from(inside!.matchAll(/\d{4}/g), ([cell]) => Number(cell))
    const pairs = Array.from({ length: cells.length / 2 }, (_, i) => cells.slice(2 * i, 2 * i + 2))
    return (
      (boxes === undefined || pairs.length === boxes) &&
      pairs.every(
        ([from, to]) => to! % SIDE >= from! % SIDE && Math.floor(to! / SIDE) >= Math.floor(from! / SIDE),
      )
    )
  })
}
