// What `caption` and `ground` share: a model is asked about pictures, one after the other.
import type { AnswerOptions, Entity, Kosmos2, RgbImage } from '../index.ts'
import { wholeNumber } from './arguments.ts'
import type { Given, Options } from './command.ts'
import { library } from './library.ts'
import { defaultModel, MODEL_OPTIONS, openModel, runSettings } from './model.ts'
import { listPictures } from './pictures.ts'
import { planSvgPaths, writeWhole } from './svg-target.ts'

export const PICTURE_OPTIONS = {
  ...MODEL_OPTIONS,
  'max-new-tokens': {
    value: 'N',
    help: 'the longest answer in tokens; 128 if left out, unless the model says otherwise',
  },
  'num-beams': {
    value: 'N',
    help: 'search the best answer with so many beams; without it there is no search',
  },
  svg: {
    value: 'FILE|FOLDER',
    help: 'write the pictures with their boxes: to a file that ends in .svg for one, to a folder for several',
  },
  json: { help: 'one line of JSON for each picture' },
} as const satisfies Options

/** A picture that was read, and what it takes to ask about it. */
export interface Asking {
  readonly kosmos: Kosmos2
  /** As the command line names it. */
  readonly name: string
  readonly image: RgbImage
  /** For the model, besides what the command says itself. */
  readonly options: AnswerOptions
  /** Whether there are other pictures. */
  readonly isOneOfSeveral: boolean
  /** Writes the annotated picture, where that was asked for. @returns its path */
  writeSvg(entities: readonly Entity[], caption?: string): Promise<string | undefined>
}

/**
 * Opens the model and has a command ask it about each picture. A picture that cannot be read is told of, and does not
 * stop the others.
 * @param operands - the pictures
 * @param ask - asks about one picture and shows the answer
 * @returns whether all pictures could be read
 */
export async function eachPicture(
  { values, terminal, signal }: Pick<Given<typeof PICTURE_OPTIONS>, 'values' | 'terminal' | 'signal'>,
  operands: readonly string[],
  ask: (asking: Asking) => Promise<void>,
): Promise<boolean> {
  const max_new_tokens = wholeNumber('max-new-tokens', values['max-new-tokens'])
  const num_beams = wholeNumber('num-beams', values['num-beams'])
  const options: AnswerOptions = {
    ...(max_new_tokens !== undefined && { max_new_tokens }),
    ...(num_beams !== undefined && { num_beams }),
    signal,
  }
  const settings = runSettings(values)
  const pictures = await listPictures(operands)
  const names = pictures.map(({ name }) => name)
  const svgPaths = values.svg === undefined ? undefined : await planSvgPaths(values.svg, names)
  const { annotate, ImageError, loadRgb } = await library()
  const kosmos = await openModel(values.model ?? defaultModel(), settings, { terminal, signal })
  try {
    let isWhole = true
    for (const [index, picture] of pictures.entries()) {
      const { name } = picture
      if (pictures.length > 1)
        terminal.progress.update('Pictures', index / pictures.length, `${index} of ${pictures.length}`)
      let image: RgbImage
      try {
        image = await loadRgb(await picture.read(signal), { signal })
      } catch (error) {
        if (!(error instanceof ImageError)) throw error
        isWhole = false
        const { name: kind, code, message } = error
        terminal.error(`${name}: ${message}`)
        if (values.json) terminal.print(JSON.stringify({ image: name, error: { name: kind, code, message } }))
        continue
      }
      await ask({
        kosmos,
        name,
        image,
        options,
        isOneOfSeveral: pictures.length > 1,
        async writeSvg(entities, caption) {
          const path = svgPaths?.get(name)
          if (path !== undefined) await writeWhole(path, await annotate(image, entities, { caption }))
          return path
        },
      })
    }
    return isWhole
  } finally {
    await kosmos.dispose()
  }
}
