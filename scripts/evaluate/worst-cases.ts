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
  const places = new Map<string, number>()
  for (const one of worstAnswers(answers, CASES_A_TASK)) {
    const { task, picture } = one.question
    const place = (places.get(task) ?? 0) + 1
    places.set(task, place)
    const name = `${run} ${task} ${place} ${parse(picture.path).name}`.replace(/[^\w]+/g, '-')
    const path = join(folder, `${name}.svg`)
    await writeWhole(path, await drawAnswer(one))
    paths.push(path)
  }
  return paths
}
