// Referring expressions of RefCOCO, RefCOCO+ and RefCOCOg, as KOSMOS-2's paper asks them (section 4.1): the expression
// as a phrase.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AnnotationError } from '../errors.ts'
import { readRefCoco } from '../metrics/refcoco.ts'
import type { EvaluationSet } from './question.ts'

/**
 * Reads one split.
 * @param folder - with `instances.json` and one `refs(...).json` (see `readRefCoco` for how the pickle becomes JSON)
 * @param pictures - the folder of COCO's pictures
 * @throws {AnnotationError} where a file is missing or has no such split
 */
export async function readRefCocoSet(
  folder: string,
  pictures: string,
  split: string,
): Promise<EvaluationSet> {
  const refs = await findRefs(folder)
  const { references, faults } = await readRefCoco(join(folder, refs), join(folder, 'instances.json'), split)
  return {
    title: `${join(folder, refs)}, ${split}: ${references.length} things`,
    questions: references.flatMap(({ image: { file_name, width, height }, name, box, expressions }) =>
      expressions.map((expression) => ({
        picture: { path: join(pictures, file_name), width, height },
        task: 'referring',
        measure: 'phrase' as const,
        kinds: [],
        prompt: `<grounding><phrase> ${expression}</phrase>`,
        answer: undefined,
        things: [{ name, box }],
      })),
    ),
    faults: faults.map(({ message }) => message),
  }
}

async function findRefs(folder: string): Promise<string> {
  const files = await readdir(folder).catch((cause: unknown) => {
    throw new AnnotationError('NOT_FOUND', `Cannot read ${folder}: ${(cause as Error).message}`, { cause })
  })
  const found = files.filter((file) => /^refs.*\.json$/.test(file))
  if (found.length === 1) return found[0]!
  const others = files.filter((file) => file.startsWith('refs')).join(', ') || 'none'
  throw new AnnotationError(
    'NOT_FOUND',
    `${folder}: expected one file refs(...).json, converted from the published refs(...).p, but found ${others}`,
  )
}
