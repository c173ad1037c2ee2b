// Asks for thousands of answers with and without the grammar of grounded answers: `node scripts/bench/well-formed.ts
// [MODEL] [PROMPTS]`. None with it may be malformed, and where the free answer is well formed both have to be the same,
// token for token. Every second answer is drawn at a temperature of 1.5.
import { groundingGrammar, Kosmos2, readScenes } from '../../src/index.ts'
import { BLANK } from '../../src/evaluate/answer-questions.ts'
import { byPicture } from '../../src/evaluate/evaluate.ts'
import { isWellFormed } from './is-well-formed.ts'

const [model = 'models/kosmos2-tiny', prompts = '2000'] = process.argv.slice(2)
const limit = { max_new_tokens: 64 }

const kosmos = await Kosmos2.from_pretrained(model)
const { processor } = kosmos
const num_image_tokens = kosmos.model.config.latent_query_num
const { questions } = await readScenes('data/scenes/held-out')
const grounded = questions.filter(({ prompt }) => prompt.startsWith('<grounding>'))
const counts = { prompts: 0, 'malformed, free': 0, 'malformed, constrained': 0, 'changed without need': 0 }

for (const own of byPicture(grounded)) {
  const images = own[0]!.picture.path
  const picture = await kosmos.model.keepPicture(await processor.call({ text: '', images, num_image_tokens }))
  for (const { prompt } of own) {
    if (counts.prompts === Number(prompts)) break
    const blank = await processor.call({ text: prompt, images: BLANK, num_image_tokens })
    const inputs = { ...blank, pixel_values: undefined }
    const seed = counts.prompts
    const sampling = seed % 2 === 0 ? {} : { do_sample: true, temperature: 1.5, top_k: 0, seed }
    const write = async (constrained: boolean): Promise<string> => {
      const ids = await picture.generate({
        ...inputs,
        ...limit,
        ...sampling,
        ...(constrained && { logits_processor: [groundingGrammar(processor, inputs, limit)] }),
      })
      return processor.batch_decode(ids, { skip_special_tokens: true })[0]!
    }
    const [free, constrained] = [await write(false), await write(true)]
    counts.prompts += 1
    counts['malformed, free'] += Number(!isWellFormed(free))
    counts['malformed, constrained'] += Number(!isWellFormed(constrained))
    counts['changed without need'] += Number(isWellFormed(free) && free !== constrained)
    if (counts.prompts % 50 === 0) process.stderr.write(`\r${counts.prompts} of ${prompts}`)
  }
  await picture.dispose()
}
await kosmos.dispose()
console.table(counts)
if (counts['malformed, constrained'] + counts['changed without need'] > 0) process.exitCode = 1
