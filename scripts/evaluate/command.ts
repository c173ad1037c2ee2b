// The command line of the evaluation: from words to runs, their report and their files.
import { join } from 'node:path'
import { wholeNumber } from '../../src/cli/arguments.ts'
import { defineCommand } from '../../src/cli/command.ts'
import { UsageError } from '../../src/cli/exit-status.ts'
import { RUN_OPTIONS, runSettings } from '../../src/cli/model.ts'
import { writeWhole } from '../../src/cli/svg-target.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import { byPicture, chosenQuestions } from '../../src/evaluate/evaluate.ts'
import {
  evaluate as evaluateModel,
  type Evaluation,
  type EvaluationSet,
  type Question,
  readFlickr30kSet,
  readRefCocoSet,
  readScenes,
} from '../../src/index.ts'
import { type Subject, subjects, WEIGHTS, type Weights } from './models.ts'
import { report, type Run } from './report.ts'
import { drawWorstCases } from './worst-cases.ts'

const MODEL = 'models/kosmos2-tiny'
const SCENES = 'data/scenes/held-out'
const FORMATS = ['scenes', 'flickr30k', 'refcoco'] as const

export const evaluate = defineCommand({
  name: 'evaluate --',
  summary: 'Measures how good models are: captions, boxes and answers, with 95 % confidence intervals',
  operands: '[MODEL...]',
  count: [0],
  options: {
    scenes: { value: 'FOLDER', help: `the pictures and their annotations; ${SCENES} if left out` },
    format: { value: 'FORM', choices: FORMATS, help: 'what FOLDER holds (see below); scenes if left out' },
    split: {
      value: 'NAME',
      help: 'the split of flickr30k or refcoco, such as val or testA; test if left out',
    },
    images: {
      value: 'FOLDER',
      help: 'the pictures of flickr30k or refcoco; images/ in the folder if left out',
    },
    weights: {
      value: 'LIST',
      help: `precisions with commas between: ${WEIGHTS.join(', ')}; each but original is converted to MODEL-PRECISION first; original if left out`,
    },
    ...RUN_OPTIONS,
    closer: {
      help: 'look again at each box from closer by (lookCloser), for the figure "mean IoU, closer"; takes several times as long',
    },
    tasks: { value: 'LIST', help: 'only these tasks, with commas between' },
    limit: { value: 'N', help: 'only the first N pictures' },
    json: { value: 'FILE', help: 'write all figures to a file too' },
    pictures: { value: 'FOLDER', help: 'draw the worst answers of each task' },
  },
  notes: [
    `MODELs are checkpoints, converted models or names on the Hugging Face hub; ${MODEL} if left out.`,
    "scenes: annotations.json in the form of COCO, questions.json. flickr30k: Flickr30k Entities, with test.txt, Sentences/ and Annotations/. refcoco: instances.json and refs(...).json, made of the published pickle by python3 -c \"import json, pickle; json.dump(pickle.load(open('refs(unc).p', 'rb')), open('refs(unc).json', 'w'))\".",
    'Pictures and entries that cannot be read are named and left out, and the last line says how many. The exit status is then 1.',
  ],
  examples: [
    ['evaluate', 'The embedded model on the held-out scenes.'],
    [
      'evaluate -- --weights fp32,int8,int4 --pictures worst',
      'What compression costs, and where it goes wrong.',
    ],
    ['evaluate -- --tasks caption,grounding --limit 20', 'A quick look.'],
    [
      'evaluate -- microsoft/kosmos-2-patch14-224 --weights int8 --format refcoco --scenes refcoco --split testA',
      'A published protocol.',
    ],
  ],
  async run({ operands, values, terminal, signal }) {
    const settings = runSettings(values)
    const limit = wholeNumber('limit', values.limit)
    const models = operands.length === 0 ? [MODEL] : operands
    const compared = await subjects(models, weightsOf(values.weights), settings)
    const set = await readSet(values)
    const questions = chosen(set, { tasks: values.tasks?.split(','), limit })
    for (const fault of set.faults) terminal.error(fault)
    const pictures = byPicture(questions).length
    terminal.note(`${set.title}; asking ${questions.length} questions about ${pictures} pictures`)

    const runs: Run[] = []
    const drawn: string[] = []
    for (const { name, open } of compared) {
      const { answers, ...run } = await evaluateSubject(
        { name, open },
        { ...set, questions },
        values.closer,
        terminal,
        signal,
      )
      runs.push({ name, ...run })
      if (values.pictures !== undefined) drawn.push(...(await drawWorstCases(answers, values.pictures, name)))
    }
    terminal.print(report(runs))
    for (const { name, seconds } of runs) terminal.note(`${name}: ${seconds.toFixed(0)} s`)
    if (drawn.length > 0) terminal.note(`${drawn.length} pictures in ${values.pictures!}`)
    if (values.json !== undefined)
      await writeWhole(
        values.json,
        `${JSON.stringify({ set: set.title, pictures, questions: questions.length, settings, faults: set.faults, runs }, undefined, 2)}\n`,
      )
    const left = new Set(runs.flatMap(({ faults }) => faults))
    if (left.size > 0)
      terminal.error(
        `${left.size} ${left.size === 1 ? 'picture or entry was' : 'pictures or entries were'} left out`,
      )
    return left.size === 0
  },
})

async function evaluateSubject(
  { name, open }: Subject,
  set: EvaluationSet,
  closer: boolean,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Evaluation> {
  const kosmos = await open(terminal.progress, signal)
  try {
    return await evaluateModel(kosmos, set, {
      closer,
      signal,
      onProgress({ done, total }) {
        terminal.progress.update(name, done / total, `${done} of ${total} answers`)
      },
      onFault(message) {
        terminal.error(message)
      },
    })
  } finally {
    await kosmos.dispose()
  }
}

interface SetOptions {
  readonly scenes: string | undefined
  readonly format: string | undefined
  readonly split: string | undefined
  readonly images: string | undefined
}

async function readSet({ scenes, format = 'scenes', split, images }: SetOptions): Promise<EvaluationSet> {
  if (format === 'scenes') {
    if (split !== undefined || images !== undefined)
      throw new UsageError('Expected --format flickr30k or refcoco with --split and --images')
    return await readScenes(scenes ?? SCENES)
  }
  if (scenes === undefined) throw new UsageError(`Expected --scenes FOLDER with --format ${format}`)
  const read = format === 'flickr30k' ? readFlickr30kSet : readRefCocoSet
  return await read(scenes, images ?? join(scenes, 'images'), split ?? 'test')
}

/** @throws {UsageError} for a precision that is none */
function weightsOf(list: string | undefined): Weights[] | undefined {
  return list?.split(',').map((word) => {
    const weights = WEIGHTS.find((one) => one === word)
    if (weights === undefined)
      throw new UsageError(`Expected ${WEIGHTS.join(', ')} in --weights but received '${word}'`)
    return weights
  })
}

/** @throws {UsageError} for a task that the set does not have, or where nothing is left to ask */
function chosen(
  set: EvaluationSet,
  options: { readonly tasks: string[] | undefined; readonly limit: number | undefined },
): readonly Question[] {
  try {
    return chosenQuestions(set, options)
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message)
    throw error
  }
}
