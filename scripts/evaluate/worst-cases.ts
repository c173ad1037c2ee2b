// Pictures of the answers that went most wrong, as files.
import { join, parse } from 'node:path'
import { writeWhole } from '../../src/cli/svg-target.ts'
import { drawAnswer, type Judged, worstAnswers } from '../../src/index.ts'

const CASES_A_TASK = 4

/**
 * Draws the worst answers of each task that are not all right.
 * @param folder - where the pictures go; made if missing
 * @param run - of the model, for the names of the files
 * @returns the paths
 */
export async function drawWorstCases(
  answers: readonly Judged[],
  folder: string,
  run: string,
): Promise<string[]> {
  const paths: string[] = []
  for (const [place, one] of worstAnswers(answers, CASES_A_TASK).entries()) {
    const { task, picture } = one.question
    const name = `${run} ${task} ${place + 1} ${parse(picture.path).name}`.replace(/[^\w]+/g, '-')
    const path = join(folder, `${name}.svg`)
    await writeWhole(path, await drawAnswer(one))
    paths.push(path)
  }
  return paths
}
