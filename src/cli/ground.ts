// `kosmos2 ground`: where phrases are in a picture.
import type { Answer } from '../index.ts'
import { answerFields, boxHeading, boxRows, JSON_HELP } from './answer.ts'
import { defineCommand } from './command.ts'
import { eachPicture, PICTURE_OPTIONS } from './each-picture.ts'
import { UsageError } from './exit-status.ts'
import { columns } from './format.ts'
import { library } from './library.ts'
import { IMAGE_HELP } from './pictures.ts'

export const ground = defineCommand({
  name: 'ground',
  summary: 'Finds phrases in a picture',
  operands: 'IMAGE PHRASE...',
  count: [2],
  options: PICTURE_OPTIONS,
  notes: [
    IMAGE_HELP,
    'PHRASE is such as "a snowman", or "the dog on the left". The published model gives each phrase a box or several, whether or not it is in the picture.',
    `${JSON_HELP} Here a line for each picture and phrase, with the phrase as phrase.`,
  ],
  examples: [
    ['ground picture.png "a snowman" "a fire"', 'The boxes of both.'],
    ['ground photos/ "a dog" --svg found/', 'The same phrase in every picture of a folder, drawn.'],
    ['ground picture.png "a snowman" --json | jq .entities[0].pixels[0]', 'A box for another program.'],
  ],
  async run({ operands: [picture, ...phrases], values, terminal, signal }) {
    await checkPhrases(phrases)
    return await eachPicture({ values, terminal, signal }, [picture!], async (asking) => {
      const { kosmos, name, image, options, isOneOfSeveral } = asking
      const answers: { readonly phrase: string; readonly answer: Answer }[] = []
      for (const phrase of phrases)
        answers.push({ phrase, answer: await kosmos.ground(image, phrase, options) })
      const svg = await asking.writeSvg(answers.flatMap(({ answer }) => answer.entities))
      const { width, height } = image
      if (values.json) {
        for (const { phrase, answer } of answers)
          terminal.print(
            JSON.stringify({ image: name, width, height, phrase, ...answerFields(answer, image), svg }),
          )
        return
      }
      const rows = answers.flatMap(({ phrase, answer }) => {
        const found = boxRows(answer, image)
        return found.length > 0 ? found : [[phrase, 'no box']]
      })
      if (isOneOfSeveral) terminal.print(name)
      terminal.print(columns([['phrase', boxHeading(image)], ...rows]))
      if (isOneOfSeveral) terminal.print('')
    })
  },
})

/** @throws {UsageError} for a phrase that is empty, or holds a tag */
async function checkPhrases(phrases: readonly string[]): Promise<void> {
  const { groundPhrase } = await library()
  try {
    phrases.forEach(groundPhrase)
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}
