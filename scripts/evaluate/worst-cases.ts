// Pictures of the answers that went most wrong: what should have come and what came, drawn over the picture.
import { join, parse } from 'node:path'
import { annotate, type Entity } from '../../src/index.ts'
import { writeWhole } from '../../src/cli/svg-target.ts'
import { groupBy } from './group-by.ts'
import type { Judged } from './judge.ts'

const CASES_A_TASK = 4

/**
 * Draws the worst answers of each task that are not all right.
 * @param folder - where the pictures go; made if missing
 * @param run - of the model, for the names of the files
 * @returns the paths
 */
export async function drawWorstCases(
  judged: readonly Judged[],
  folder: string,
  run: string,
): Promise<string[]> {
  const paths: string[] = []
  for (const answers of groupBy(judged, ({ question }) => question.task)) {
    const wrong = answers.filter(({ quality, isExact }) => quality < 0.5 || isExact === false)
    const worst = wrong.toSorted((a, b) => a.quality - b.quality).slice(0, CASES_A_TASK)
    for (const [place, one] of worst.entries()) {
      const { task, picture } = one.question
      const name = `${run} ${task} ${place + 1} ${parse(picture.path).name}`.replace(/[^\w]+/g, '-')
      const path = join(folder, `${name}.svg`)
      await writeWhole(path, await draw(one))
      paths.push(path)
    }
  }
  return paths
}

function draw({ question, text, entities }: Judged): Promise<string> {
  const { prompt, answer, things, picture } = question
  const right = things.map(({ name, box }): Entity => [`right: ${name}`, [0, 0], [[...box]]])
  const came = entities.map(([name, , boxes]): Entity => [`came: ${name}`, [0, 0], boxes])
  const asked = prompt.replace(/<[^<>\n]*>/g, '').trim()
  const answered = text === '' ? '' : `: "${text}"`
  const expected = answer === undefined || answer === text ? '' : ` (right: "${answer}")`
  return annotate(picture.path, [...right, ...came], { caption: `${asked}${answered}${expected}` })
}
