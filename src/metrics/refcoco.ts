// Referring expressions of RefCOCO, RefCOCO+ and RefCOCOg: each means one thing in a picture of COCO.
// Source: Yu et al., "Modeling Context in Referring Expressions", 2016; github.com/lichengunc/refer (refer.py).
import { AnnotationError } from '../errors.ts'
import type { Box } from '../text/box-iou.ts'
import {
  damaged,
  fieldsAt,
  listAt,
  readAnnotationJson,
  takeEach,
  textAt,
  wholeNumberAt,
} from './annotation-file.ts'
import { type CocoImage, readCocoInstances } from './coco.ts'

/** One thing, and how people referred to it. */
export interface Reference {
  readonly ref_id: number
  readonly image: CocoImage
  /** The category of the thing. */
  readonly name: string
  /** x1, y1, x2, y2 as fractions of the picture. */
  readonly box: Box
  /** Each of them is a case of its own in the published accuracy. */
  readonly expressions: readonly string[]
}

export interface References {
  readonly references: readonly Reference[]
  /** Entries that were damaged and are left out. */
  readonly faults: readonly AnnotationError[]
}

/**
 * Reads one split. The published accuracy counts an expression as right where the answer's box has an IoU of 0.5 or more
 * with the thing's; KOSMOS-2's paper reports val, testA and testB, and val and test of RefCOCOg.
 * @param refs - the references as JSON. They are published as a Python pickle, which is a program: convert it where you
 *   trust it, once, by `python3 -c "import json, pickle; json.dump(pickle.load(open('refs(unc).p', 'rb')),
 *   open('refs(unc).json', 'w'))"`
 * @param instances - `instances.json` beside it
 * @param split - such as `val`, `testA`, `testB`, `test`
 * @throws {AnnotationError} where a file as a whole cannot be used, or has no such split; single entries become `faults`
 */
export async function readRefCoco(refs: string, instances: string, split: string): Promise<References> {
  // A damaged instance is missed where a reference of the split is of it; the others are of no concern here.
  const { images, annotations } = await readCocoInstances(instances)
  const faults: AnnotationError[] = []
  const list = listAt(refs, await readAnnotationJson(refs))
  const splits = new Set<string>()
  const references = takeEach(refs, list, faults, (place, entry): Reference[] => {
    const fields = fieldsAt(place, entry)
    const own = textAt(`${place}.split`, fields['split'])
    splits.add(own)
    if (own !== split) return []
    const annotation = annotations.get(wholeNumberAt(`${place}.ann_id`, fields['ann_id']))
    if (annotation === undefined)
      throw damaged(`${place}.ann_id`, `the id of a sound annotation of ${instances}`, fields['ann_id'])
    return [
      {
        ref_id: wholeNumberAt(`${place}.ref_id`, fields['ref_id']),
        image: images.get(annotation.image_id)!,
        name: annotation.name,
        box: annotation.box,
        expressions: listAt(`${place}.sentences`, fields['sentences']).map((sentence, index) => {
          const at = `${place}.sentences[${index}]`
          return textAt(`${at}.sent`, fieldsAt(at, sentence)['sent'])
        }),
      },
    ]
  }).flat()
  if (!splits.has(split))
    throw new AnnotationError(
      'DAMAGED',
      `${refs}: expected references of the split ${split}, but its splits are ${[...splits].join(', ') || 'none'}`,
    )
  return { references, faults }
}
