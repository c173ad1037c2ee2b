// The phrases of one split of Flickr30k Entities, read from its folder: what phrase grounding is asked.
import { join } from 'node:path'
import { AnnotationError } from '../errors.ts'
import type { Box } from '../text/box-iou.ts'
import type { ImageSize } from '../text/boxes.ts'
import { damaged, readAnnotationText } from './annotation-file.ts'
import { parseFlickr30kAnnotation, parseFlickr30kSentences } from './flickr30k-entities.ts'

/** A phrase that has boxes. */
export interface GroundedPhrase {
  /** The id of its picture, whose file is `ID.jpg`. */
  readonly image: string
  readonly size: ImageSize
  readonly text: string
  /** The caption up to the phrase: with it, KOSMOS-2's paper asks about the phrase (section 4.1). */
  readonly before: string
  readonly types: readonly string[]
  /** Each x1, y1, x2, y2 in pixels, at least one. */
  readonly boxes: readonly Box[]
}

/** Files of this dataset have a few kilobytes. */
const MAX_BYTES = 4e6

/**
 * Reads the ids of a split's pictures.
 * @param folder - with `train.txt`, `val.txt` and `test.txt`, one id a line
 * @throws {AnnotationError} where there is no such file, or a line is no id
 */
export async function readFlickr30kSplit(folder: string, split: string): Promise<string[]> {
  const path = join(folder, `${split}.txt`)
  const lines = (await readAnnotationText(path, MAX_BYTES)).split(/\r?\n/).map((line) => line.trim())
  const ids = lines.filter((line) => line !== '')
  const other = ids.find((id) => !/^\d+$/.test(id))
  if (other !== undefined) throw damaged(path, 'the id of a picture a line', other)
  return ids
}

/**
 * Reads the phrases of one picture that have boxes; those without (scenes, what cannot be seen) are no part of the
 * published figures.
 * @param folder - with `Sentences/` and `Annotations/`
 * @throws {AnnotationError} where a file is missing or damaged
 */
export async function readFlickr30kPhrases(folder: string, image: string): Promise<GroundedPhrase[]> {
  if (!/^\d+$/.test(image)) throw new AnnotationError('DAMAGED', `Expected the id of a picture, not ${image}`)
  const [sentencesPath, annotationPath] = [
    join(folder, 'Sentences', `${image}.txt`),
    join(folder, 'Annotations', `${image}.xml`),
  ]
  const sentences = parseFlickr30kSentences(await readAnnotationText(sentencesPath, MAX_BYTES), sentencesPath)
  const { size, boxes } = await parseFlickr30kAnnotation(
    await readAnnotationText(annotationPath, MAX_BYTES),
    annotationPath,
  )
  return sentences.flatMap(({ phrases }) =>
    phrases.flatMap(({ id, text, before, types }) => {
      const own = boxes.get(id)
      return own === undefined ? [] : [{ image, size, text, before, types, boxes: own }]
    }),
  )
}
