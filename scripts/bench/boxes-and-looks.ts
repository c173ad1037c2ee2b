// What finer boxes and closer looks cost beside the caption that they belong to, and how much sooner a question about a
// picture is answered that was looked at before: `node scripts/bench/boxes-and-looks.ts [MODEL...]`, medians of so many rounds.
import { finerBox, Kosmos2 } from '../../src/index.ts'
import { spread, timed } from './statistics.ts'

const ROUNDS = 25
const given = process.argv.slice(2)
const models = given.length > 0 ? given : ['models/kosmos2-tiny', 'models/kosmos2-tiny-fp32']
const image = 'data/scenes/night.png'
const question = 'What is on the left?'
const firstToken = { max_new_tokens: 1 }

async function median(work: () => unknown): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) times.push((await timed(work)).ms)
  return spread(times).median
}

const rows = []
for (const model of models) {
  const kosmos = await Kosmos2.from_pretrained(model)
  const answer = await kosmos.caption(image)
  const { boxes } = answer
  const maps = boxes.flatMap(({ maps }) => maps ?? [])
  const caption = await median(() => kosmos.caption(image))
  const inputs = await kosmos.processor.call({ text: '', images: image })
  const finer = await median(() => {
    const found = maps.map((own) => finerBox(own))
    return kosmos.model.refinesBoxes
      ? kosmos.model.refineBoxes({ pixel_values: inputs.pixel_values, boxes: [found] })
      : found
  })
  const closer = await median(() => kosmos.lookCloser(image, answer))
  const fresh = await median(() => kosmos.ask(image, question, firstToken))
  const look = await kosmos.look(image)
  const kept = await median(() => look.ask(question, firstToken))
  await look.dispose()
  await kosmos.dispose()
  rows.push({
    model,
    'caption, ms': caption.toFixed(1),
    'its finer boxes, ms': finer.toFixed(3),
    share: `${((100 * finer) / caption).toFixed(2)} %`,
    'closer, ms a box': (closer / boxes.length).toFixed(1),
    'first token, ms': fresh.toFixed(1),
    'on a kept picture, ms': kept.toFixed(1),
    ratio: (fresh / kept).toFixed(1),
  })
}
console.table(rows)
