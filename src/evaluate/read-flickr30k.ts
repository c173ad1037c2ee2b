// Phrase grounding on Flickr30k Entities, as KOSMOS-2's paper asks it (section 4.1): the phrase, behind the caption up
// to it.
import { join } from 'node:path'
import { AnnotationError } from '../errors.ts'
import { readFlickr30kPhrases, readFlickr30kSplit } from '../metrics/flickr30k-folder.ts'
import type { EvaluationSet, Question } from './question.ts'

/**
 * Reads one split. An answer is read up to the end of the phrase's own list of boxes. The published evaluation lets the model
 * write on, and takes the boxes of the phrase where it comes again too: that may change R@5 and R@10, and never R@1.
 * @param folder - with `val.txt`, `test.txt`, `Sentences/` and `Annotations/`
 * @param pictures - the folder of the pictures, `ID.jpg`
 * @throws {AnnotationError} where there is no such split
 */
export async function readFlickr30kSet(
  folder: string,
  pictures: string,
  split: string,
): Promise<EvaluationSet> {
  const ids = await readFlickr30kSplit(folder, split)
  const questions: Question[] = []
  const faults: string[] = []
  for (const id of ids) {
    try {
      for (const { size, text, before, types, boxes } of await readFlickr30kPhrases(folder, id))
        questions.push({
          picture: { path: join(pictures, `${id}.jpg`), ...size },
          task: 'phrase grounding',
          measure: 'flickr30k',
          kinds: types,
          prompt: `<grounding>${before === '' ? '' : ` ${before}`}<phrase> ${text}</phrase>`,
          answer: undefined,
          things: boxes.map(([x1, y1, x2, y2]) => ({
            name: text,
            box: [x1 / size.width, y1 / size.height, x2 / size.width, y2 / size.height],
          })),
        })
    } catch (error) {
      if (!(error instanceof AnnotationError)) throw error
      faults.push(error.message)
    }
  }
  return { title: `Flickr30k Entities, ${split}: ${ids.length} pictures`, questions, faults }
}
