// Asks a model all questions: each picture goes through the vision part once, and prompts of one length are answered
// together. Prompts of different length are not: padding on the left would move their positions, as in the reference.
import { ImageError } from '../errors.ts'
import { type AnswerBox, answerBoxes } from '../generate/boxes/answer-boxes.ts'
import type { CornerMaps } from '../generate/boxes/corner-maps.ts'
import { endOfBoxes } from '../generate/boxes/end-of-boxes.ts'
import { locateEntities } from '../generate/boxes/located-entities.ts'
import type { ImageInput } from '../image/image-input.ts'
import { loadRgb } from '../image/load-image.ts'
import type { Kosmos2 } from '../tasks/kosmos2.ts'
import { refineAnswers } from '../tasks/refine-answers.ts'
import { float32, stackRows, type Tensor } from '../tensor.ts'
import type { Entity } from '../text/post-process.ts'
import type { Kosmos2Inputs, TextInputs } from '../text/processor-options.ts'
import { groupBy } from './group-by.ts'
import type { Picture, Question } from './question.ts'

/** What a model answered. */
export interface Answered {
  readonly question: Question
  /** The prompt as the model read it: what its vocabulary lacks is gone. */
  readonly prompt: string
  /** The answer after the prompt, without tags. */
  readonly text: string
  /** With the boxes of cells, and with finer ones. */
  readonly entities: readonly Entity[]
  readonly finer: readonly Entity[]
  /** With those that closer looks find; not there without such looks, and where no boxes are measured. */
  readonly closer?: readonly Entity[]
  /** For each box of each entity what the model held of every cell; undefined for boxes of the prompt, or if not kept. */
  readonly maps: readonly (readonly (CornerMaps | undefined)[])[]
}

export interface AskOptions {
  readonly signal: AbortSignal | undefined
  readonly keepMaps: boolean
  /** Told how many questions more are answered or left out. */
  readonly onDone: (questions: number) => void
  /** Told of a picture that cannot be used. */
  readonly onFault: (message: string) => void
}

/** The longest answers: descriptions of six things. */
const MAX_NEW_TOKENS = 256
/** Pictures whose prompts are sorted into batches together, and those that go through the vision part together. */
const PICTURES_AT_ONCE = 32
const VISION_ROWS = 8
const MOST_ROWS = 32
/** The scores of a whole answer stay in memory for its boxes: with a large vocabulary fewer rows at once. */
const SCORE_BYTES = 256e6
/** Stands for a picture where only the prompt is encoded: the picture itself has been through the vision part. */
export const BLANK: ImageInput = { data: new Uint8Array(3), width: 1, height: 1 }

/** @returns an answer to each question about a picture that can be read, in no particular order */
export async function askAll(
  kosmos: Kosmos2,
  questions: readonly Question[],
  options: AskOptions,
): Promise<Answered[]> {
  const byPicture = groupBy(questions, ({ picture }) => picture.path)
  const answered: Answered[] = []
  for (let i = 0; i < byPicture.length; i += PICTURES_AT_ONCE) {
    const group = byPicture.slice(i, i + PICTURES_AT_ONCE)
    answered.push(...(await askAboutPictures(kosmos, group, options)))
  }
  return answered
}

async function askAboutPictures(
  kosmos: Kosmos2,
  group: readonly (readonly Question[])[],
  options: AskOptions,
): Promise<Answered[]> {
  const prompts: Prompt[] = []
  for (const question of group.flat().filter(({ isTextAlone }) => isTextAlone)) {
    const inputs = await kosmos.processor.call({ text: question.prompt })
    prompts.push({ question, inputs, seen: undefined })
  }
  const about = group.map((own) => own.filter(({ isTextAlone }) => !isTextAlone))
  const pictures = about.filter((own) => own.length > 0)
  for (let i = 0; i < pictures.length; i += VISION_ROWS)
    prompts.push(...(await encode(kosmos, pictures.slice(i, i + VISION_ROWS), options)))
  const answered: Answered[] = []
  for (const batch of batches(prompts, kosmos.model.config.text_config.vocab_size)) {
    answered.push(...(await answerBatch(kosmos, batch, options)))
    options.onDone(batch.length)
  }
  return answered
}

/** A question and its tokens. */
interface Prompt {
  readonly question: Question
  readonly inputs: TextInputs & Partial<Kosmos2Inputs>
  /** Undefined for text alone. */
  readonly seen: Seen | undefined
}

/** A picture as the model takes it, [1, 3, image_size, image_size], and what it makes of it, [1, L, D]. */
interface Seen {
  readonly pixels: Tensor
  readonly embeds: Tensor
}

/** Brings pictures through the vision part, once for all questions about them. */
async function encode(
  { processor, model }: Kosmos2,
  group: readonly (readonly Question[])[],
  { signal, onDone, onFault }: AskOptions,
): Promise<Prompt[]> {
  signal?.throwIfAborted()
  const readable: { readonly image: ImageInput; readonly questions: readonly Question[] }[] = []
  for (const questions of group) {
    const { picture } = questions[0]!
    try {
      readable.push({ image: await readPicture(picture, signal), questions })
    } catch (error) {
      if (!(error instanceof ImageError)) throw error
      onFault(`${picture.path}: ${error.message}`)
      onDone(questions.length)
    }
  }
  if (readable.length === 0) return []
  const { pixel_values } = await processor.image_processor.call(readable.map(({ image }) => image))
  const { image_features } = await model.vision_model(pixel_values)
  const { image_embeds } = await model.image_to_text_projection(image_features)
  const queries = image_embeds.dims[1]!
  const prompts: Prompt[] = []
  for (const [row, { questions }] of readable.entries()) {
    const seen = { pixels: rowOf(pixel_values, row), embeds: rowOf(image_embeds, row) }
    for (const question of questions) {
      const text = question.prompt
      const inputs = await processor.call({ text, images: BLANK, num_image_tokens: queries })
      prompts.push({ question, inputs, seen })
    }
  }
  return prompts
}

/** A copy of one row of a float32 tensor: [1, ...]. */
function rowOf({ data, dims }: Tensor, row: number): Tensor {
  const size = dims.slice(1).reduce((a, b) => a * b, 1)
  return float32((data as Float32Array).slice(row * size, (row + 1) * size), [1, ...dims.slice(1)])
}

/** @throws {ImageError} for a picture that cannot be read, or has another size than its annotations are for */
async function readPicture(
  { path, width, height }: Picture,
  signal: AbortSignal | undefined,
): Promise<ImageInput> {
  const image = await loadRgb(path, { signal })
  if (image.width !== width || image.height !== height)
    throw new ImageError(
      'DAMAGED',
      `its annotations are for ${width} x ${height} pixels, but it has ${image.width} x ${image.height}`,
    )
  return image
}

const lengthOf = ({ inputs }: Prompt): number => inputs.input_ids.dims[1]!
/** Whether the boxes of the prompt's phrase are all that is looked at, as there is no text to compare with. */
const isBoxOfPhrase = ({ measure, answer }: Question): boolean =>
  answer === undefined && (measure === 'phrase' || measure === 'flickr30k')
const kindOf = (prompt: Prompt): string =>
  `${lengthOf(prompt)} ${prompt.seen === undefined} ${isBoxOfPhrase(prompt.question)}`

/**
 * Prompts of one length and one kind, all with a picture or all without, and of one task as far as it goes, so that their
 * answers are about as long too.
 */
function batches(prompts: readonly Prompt[], vocabulary: number): Prompt[][] {
  const most = Math.floor(SCORE_BYTES / (vocabulary * Float32Array.BYTES_PER_ELEMENT * MAX_NEW_TOKENS))
  const size = Math.min(MOST_ROWS, Math.max(1, most))
  return groupBy(prompts, kindOf).flatMap((alike) => {
    const sorted = alike.toSorted((a, b) => (a.question.task < b.question.task ? -1 : 1))
    return Array.from({ length: Math.ceil(sorted.length / size) }, (_, i) =>
      sorted.slice(i * size, (i + 1) * size),
    )
  })
}

async function answerBatch(
  { processor, model }: Kosmos2,
  batch: readonly Prompt[],
  { signal, keepMaps }: AskOptions,
): Promise<Answered[]> {
  const together = (name: 'input_ids' | 'attention_mask' | 'image_embeds_position_mask'): Tensor =>
    stackRows(batch.map(({ inputs }) => inputs[name]!))
  const seen = batch.flatMap((prompt) => prompt.seen ?? [])
  const isOnlyBox = batch.every(({ question }) => isBoxOfPhrase(question))
  const output = await model.generate({
    input_ids: together('input_ids'),
    attention_mask: together('attention_mask'),
    ...(seen.length > 0 && {
      image_embeds_position_mask: together('image_embeds_position_mask'),
      image_embeds: stackRows(seen.map(({ embeds }) => embeds)),
    }),
    max_new_tokens: MAX_NEW_TOKENS,
    do_sample: false,
    num_beams: 1,
    num_return_sequences: 1,
    ...(isOnlyBox && endOfBoxes(processor)),
    return_dict_in_generate: true,
    output_scores: true,
    signal,
  })
  const length = lengthOf(batch[0]!)
  const width = output.sequences.dims[1]!
  const ids = output.sequences.data as BigInt64Array
  const located = batch.map((_, row) => locateEntities(processor, output, row))
  const boxes = located.map((found, row) => answerBoxes(found, batch[row]!.question.picture))
  // Pictures are put together again only for a box refiner that looks at them.
  const refined =
    seen.length > 0 && model.refinesBoxes
      ? await refineAnswers(model, stackRows(seen.map(({ pixels }) => pixels)), boxes, { signal })
      : boxes
  return batch.map(({ question }, row) => {
    const own = ids.subarray(row * width, (row + 1) * width)
    const decode = (part: BigInt64Array): string => processor.decode([...part], { skip_special_tokens: true })
    const found = located[row]!
    return {
      question,
      prompt: decode(own.subarray(0, length)),
      text: processor.post_process_generation(decode(own.subarray(length)))[0],
      entities: found.entities,
      finer: found.entities.map(([name, span, cells], entity) => [
        name,
        span,
        cells.map((plain, index) => refined[row]!.find(isBox(entity, index))?.finer ?? plain),
      ]),
      maps: found.located.map((boxes) => boxes.map((box) => (keepMaps ? box?.maps : undefined))),
    }
  })
}

const isBox =
  (entity: number, index: number) =>
  (box: AnswerBox): boolean =>
    box.entity === entity && box.index === index
