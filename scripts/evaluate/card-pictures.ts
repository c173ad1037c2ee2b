// The examples of the model card: captions that are right, and the worst answers.
import { join, relative } from 'node:path'
import { writeWhole } from '../../src/cli/svg-target.ts'
import {
  annotate,
  drawAnswer,
  evaluate,
  type EvaluationSet,
  explainAnswer,
  isFound,
  type Judged,
  type Kosmos2,
  worstAnswers,
} from '../../src/index.ts'

/** How many captions that are right, and how many answers that are not, by task. */
const RIGHT = 3
const WRONG = { caption: 2, grounding: 1 }
/** A scene with fewer things shows little. */
const FEWEST_THINGS = 3
const WIDTH = 260

/**
 * Draws them: of the captions that are right the first, of the answers that are not the worst.
 * @param folder - where the pictures go
 * @param card - the path of the card, for its links
 * @returns the lines that show the pictures, by the name of their part of the card
 */
export async function cardPictures(
  kosmos: Kosmos2,
  set: EvaluationSet,
  folder: string,
  card: string,
): Promise<Readonly<Record<string, string>>> {
  const { answers } = await evaluate(kosmos, set, { tasks: Object.keys(WRONG) })
  const write = async (name: string, words: string, svg: string): Promise<string> => {
    const path = join(folder, `${name}.svg`)
    await writeWhole(path, svg)
    return `![${words}](${relative(join(card, '..'), path)})`
  }
  const right: string[] = []
  for (const { question } of answers.filter(isWhole).slice(0, RIGHT)) {
    const { path } = question.picture
    const { text, entities } = await kosmos.caption(path)
    const svg = await annotate(path, entities, { caption: text, width: WIDTH })
    right.push(await write(`right-${right.length + 1}`, text, svg))
  }
  const wrong: string[] = []
  for (const [task, most] of Object.entries(WRONG)) {
    const own = answers.filter(({ question }) => question.task === task)
    for (const one of worstAnswers(own, most)) {
      const svg = await drawAnswer(one, { width: WIDTH })
      wrong.push(await write(`wrong-${wrong.length + 1}`, explainAnswer(one), svg))
    }
  }
  return { right: right.join('\n'), wrong: wrong.join('\n') }
}

/** Whether a caption names and finds all, and there is something to see. */
function isWhole({ question: { task, things }, isExact, matches }: Judged): boolean {
  const isCaption = task === 'caption' && things.length >= FEWEST_THINGS && isExact === true
  return isCaption && matches!.matched.every(({ iou }) => isFound(iou))
}
