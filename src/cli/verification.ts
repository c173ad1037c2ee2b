// How a converted model compares with the original: asked of both, and told.
import type { Kosmos2, RgbImage, Verification } from '../index.ts'
import type { Given, Options } from './command.ts'
import { columns } from './format.ts'
import { library } from './library.ts'

/** Asks both models for a caption, a description and an answer about each picture. */
export async function verifyOnPictures(
  original: Kosmos2,
  compiled: Kosmos2,
  images: readonly RgbImage[],
  { terminal, signal }: Pick<Given<Options>, 'terminal' | 'signal'>,
): Promise<Verification> {
  const { briefCaption, detailedCaption, question, verify } = await library()
  const { processor } = original
  const texts = [briefCaption(), detailedCaption(), question('What is on the left?')]
  const num_image_tokens = original.model.config.latent_query_num
  const prompts = []
  for (const image of images)
    for (const text of texts)
      prompts.push(await processor.call({ text, images: image, num_image_tokens, signal }))
  return await verify(original.model, compiled.model, prompts, {
    processor,
    signal,
    onProgress({ done, total }) {
      terminal.progress.update('Comparing', done / total, `${done} of ${total} answers`)
    },
  })
}

/** The comparison as lines. */
export function verificationLines({ parts, answers, agreement }: Verification): string {
  const differing = answers.filter(({ firstDifference }) => firstDifference !== undefined)
  const tokens = answers.reduce((sum, answer) => sum + answer.tokens, 0)
  return [
    columns([
      ['part', 'output', 'largest difference', 'largest value'],
      ...Object.entries(parts).map(([part, { output, largest, magnitude }]) => [
        part,
        output,
        largest.toExponential(2),
        magnitude.toPrecision(3),
      ]),
    ]),
    `${answers.length - differing.length} of ${answers.length} answers are the same; ${(100 * agreement).toFixed(1)} % of ${tokens} tokens agree.`,
    ...differing.map(({ prompt, firstDifference }) => {
      const { context, original, compiled, margin } = firstDifference!
      return `Answer ${prompt + 1} parts after ${JSON.stringify(context)}: ${token(original)} by the original, ${token(compiled)} by the other (the original preferred its token by ${margin.toPrecision(2)}).`
    }),
  ].join('\n\n')
}

const token = (text: string | undefined): string => (text === undefined ? 'the end' : JSON.stringify(text))
