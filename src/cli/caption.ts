// `kosmos2 caption`: what is in a picture, and where.
import { answerFields, boxHeading, boxRows, JSON_HELP } from './answer.ts'
import { streamAnswer } from './answer-stream.ts'
import { defineCommand } from './command.ts'
import { eachPicture, PICTURE_OPTIONS } from './each-picture.ts'
import { columns } from './format.ts'
import { IMAGE_HELP } from './pictures.ts'

export const caption = defineCommand({
  name: 'caption',
  summary: 'Says what is in pictures, and where',
  operands: 'IMAGE...',
  count: [1],
  options: {
    detail: { help: 'several sentences in place of one' },
    'no-grounding': { help: 'text alone, without boxes' },
    ...PICTURE_OPTIONS,
  },
  notes: [IMAGE_HELP, JSON_HELP],
  examples: [
    ['caption picture.png --model models/kosmos2-int8', 'One sentence, and a box for each of its phrases.'],
    [
      'caption photos/ --detail --json > captions.jsonl',
      'A description of every picture in a folder, a line each.',
    ],
    ['caption picture.png --svg annotated.svg', 'The picture with its boxes too.'],
    ['caption - < picture.png', 'A picture from another program.'],
  ],
  run: ({ operands, values, terminal, signal }) =>
    eachPicture({ values, terminal, signal }, operands, async (asking) => {
      const { kosmos, name, image, options, isOneOfSeveral } = asking
      const isText = !values.json
      if (isText && isOneOfSeveral) terminal.print(name)
      // A search with beams knows its text only at the end.
      const stream =
        isText && terminal.isLive && values['num-beams'] === undefined
          ? streamAnswer(kosmos, (piece) => {
              terminal.stream(piece)
            })
          : undefined
      const answer = await kosmos.caption(image, {
        ...options,
        detail: values.detail,
        grounded: !values['no-grounding'],
        ...(stream && { streamer: stream }),
      })
      if (stream === undefined && isText) terminal.print(answer.text)
      stream?.finish(answer.text)
      const svg = await asking.writeSvg(answer.entities, answer.text)
      const { width, height } = image
      if (!isText) {
        terminal.print(JSON.stringify({ image: name, width, height, ...answerFields(answer, image), svg }))
        return
      }
      const rows = boxRows(answer, image)
      if (rows.length > 0) terminal.print(`\n${columns([['phrase', boxHeading(image)], ...rows])}`)
      if (isOneOfSeveral) terminal.print('')
    }),
})
