// The held-out scenes: pictures, `annotations.json` with their things in COCO's form, `questions.json` with prompts and
// right answers.
import { join } from 'node:path'
import type { AnnotationError } from '../errors.ts'
import {
  damaged,
  fieldsAt,
  listAt,
  readAnnotationJson,
  takeEach,
  textAt,
  wholeNumberAt,
} from '../metrics/annotation-file.ts'
import { type CocoInstances, readCocoInstances } from '../metrics/coco.ts'
import { removeSpecialFields } from '../text/post-process.ts'
import type { EvaluationSet, Measure, Question } from './question.ts'

/** How each task is judged. */
const MEASURES: Readonly<Record<string, Measure>> = {
  caption: 'things',
  captionPlain: 'text',
  detail: 'things',
  detailPlain: 'text',
  grounding: 'phrase',
  referring: 'phrase',
  groundingMany: 'boxes',
  absentGrounding: 'absent',
  naming: 'text',
  question: 'text',
  text: 'text',
}
/** The task whose prompts are continued without their scene. */
const TEXT_ALONE = 'text'

/**
 * Reads a folder of scenes.
 * @throws {AnnotationError} where one of its files cannot be used as a whole
 */
export async function readScenes(folder: string): Promise<EvaluationSet> {
  const instances = await readCocoInstances(join(folder, 'annotations.json'))
  const path = join(folder, 'questions.json')
  const { questions: list } = fieldsAt(path, await readAnnotationJson(path))
  const faults: AnnotationError[] = [...instances.faults]
  const questions = takeEach(`${path}: questions`, list, faults, (place, entry) =>
    questionAt(place, entry, folder, instances),
  )
  return {
    title: `${folder}: ${instances.images.size} scenes`,
    questions,
    faults: faults.map(({ message }) => message),
  }
}

function questionAt(
  place: string,
  entry: unknown,
  folder: string,
  { images, annotations }: CocoInstances,
): Question {
  const fields = fieldsAt(place, entry)
  const image = images.get(wholeNumberAt(`${place}.image_id`, fields['image_id']))
  if (image === undefined) throw damaged(`${place}.image_id`, 'the id of a picture', fields['image_id'])
  const task = textAt(`${place}.task`, fields['task'])
  if (!Object.hasOwn(MEASURES, task))
    throw damaged(`${place}.task`, `one of ${Object.keys(MEASURES).join(', ')}`, task)
  const prompt = textAt(`${place}.prompt`, fields['prompt'])
  const things = listAt(`${place}.annotation_ids`, fields['annotation_ids']).map((id, index) => {
    const annotation = annotations.get(wholeNumberAt(`${place}.annotation_ids[${index}]`, id))
    if (annotation?.image_id !== image.id)
      throw damaged(`${place}.annotation_ids[${index}]`, 'the id of an annotation of the picture', id)
    return annotation
  })
  const isGroundedQuestion = task === 'question' && prompt.startsWith('<grounding>')
  // What the boxes belong to is in the text; of several things of a kind it is one phrase.
  const measure = isGroundedQuestion ? 'boxes' : MEASURES[task]!
  if (measure === 'phrase' && things.length !== 1)
    throw damaged(`${place}.annotation_ids`, 'one annotation for the phrase', things.length)
  return {
    picture: { path: join(folder, image.file_name), width: image.width, height: image.height },
    isTextAlone: task === TEXT_ALONE,
    task: isGroundedQuestion ? 'questionGrounded' : task,
    measure,
    kinds: fields['kind'] === undefined ? [] : [textAt(`${place}.kind`, fields['kind'])],
    prompt,
    answer: removeSpecialFields(textAt(`${place}.answer`, fields['answer'])).trim(),
    things,
  }
}
