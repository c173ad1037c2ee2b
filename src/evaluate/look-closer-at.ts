// Closer looks at the boxes of answers, for the figure of how well they box.
import { loadRgb } from '../image/load-image.ts'
import type { RgbImage } from '../image/rgb-image.ts'
import type { Asks } from '../tasks/answer.ts'
import { seekCloser } from '../tasks/look-closer.ts'
import type { Answered, AskOptions } from './answer-questions.ts'
import { groupBy } from './group-by.ts'

/** @returns the answers, in no particular order, with `closer` where their boxes are measured */
export async function lookCloserAt(
  asks: Asks,
  answered: readonly Answered[],
  { signal, onDone }: Pick<AskOptions, 'signal' | 'onDone'>,
): Promise<Answered[]> {
  const looked: Answered[] = []
  for (const own of groupBy(answered, pictureToLookAt)) {
    const path = pictureToLookAt(own[0]!)
    const picture = path === undefined ? undefined : await loadRgb(path, { signal })
    for (const one of own) {
      looked.push(picture === undefined ? one : await withCloser(asks, one, picture, signal))
      onDone(1)
    }
  }
  return looked
}

/** None where no boxes are measured. */
const pictureToLookAt = ({ question: { measure, picture } }: Answered): string | undefined =>
  measure === 'text' || measure === 'absent' ? undefined : picture.path

/** With the entities as closer looks at their finer boxes find them. */
async function withCloser(
  asks: Asks,
  answered: Answered,
  picture: RgbImage,
  signal: AbortSignal | undefined,
): Promise<Answered> {
  const { finer } = answered
  const sought = finer.flatMap(([phrase, , boxes]) => boxes.map((box) => ({ phrase, box })))
  const found = (await seekCloser(asks, picture, sought, { signal })).values()
  return {
    ...answered,
    closer: finer.map(([phrase, span, boxes]) => [phrase, span, boxes.map(() => found.next().value!.box)]),
  }
}
