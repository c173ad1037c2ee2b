// The command line of the evaluation: from words to runs, their report and their files.
import { join } from 'node:path'
import { wholeNumber } from '../../src/cli/arguments.ts'
import { defineCommand } from '../../src/cli/command.ts'
import { UsageError } from '../../src/cli/exit-status.ts'
import { RUN_OPTIONS, runSettings } from '../../src/cli/model.ts'
import { writeWhole } from '../../src/cli/svg-target.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import { askAll } from './ask.ts'
import { taskFigures } from './figures.ts'
import { readFlickr30kSet } from './flickr30k-set.ts'
import { groupBy } from './group-by.ts'
import { judge, type Judged } from './judge.ts'
import { type Subject, subjects, WEIGHTS, type Weights } from './models.ts'
import type { EvaluationSet, Question } from './question.ts'
import { readRefCocoSet } from './refcoco-set.ts'
import { report, type Run } from './report.ts'
import { readScenes } from './scenes-set.ts'
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
    const chosen = await subjects(models, weightsOf(values.weights), settings)
    const set = await readSet(values)
    const asked = limited(ofTasks(set.questions, values.tasks), limit)
    if (asked.length === 0)
      throw new UsageError(`Expected questions in ${set.title}, but there is none to ask`)
    for (const fault of set.faults) terminal.error(fault)
    const pictures = groupBy(asked, ({ picture }) => picture.path).length
    terminal.note(`${set.title}; asking ${asked.length} questions about ${pictures} pictures`)

    const runs: Run[] = []
    const drawn: string[] = []
    for (const one of chosen) {
      const { run, judged } = await evaluateSubject(one, asked, terminal, signal)
      runs.push(run)
      if (values.pictures !== undefined)
        drawn.push(...(await drawWorstCases(judged, values.pictures, run.name)))
    }
    terminal.print(report(runs))
    for (const { name, seconds } of runs) terminal.note(`${name}: ${seconds.toFixed(0)} s`)
    if (drawn.length > 0) terminal.note(`${drawn.length} pictures in ${values.pictures!}`)
    if (values.json !== undefined)
      await writeWhole(
        values.json,
        `${JSON.stringify({ set: set.title, faults: set.faults, runs }, undefined, 2)}\n`,
      )
    const left = new Set([...set.faults, ...runs.flatMap(({ faults }) => faults)])
    if (left.size > 0)
      terminal.error(
        `${left.size} ${left.size === 1 ? 'picture or entry was' : 'pictures or entries were'} left out`,
      )
    return left.size === 0
  },
})

async function evaluateSubject(
  { name, open }: Subject,
  questions: readonly Question[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<{ run: Run; judged: Judged[] }> {
  const kosmos = await open(terminal.progress, signal)
  try {
    const faults: string[] = []
    const start = performance.now()
    const answered = await askAll(kosmos, questions, {
      signal,
      onProgress(done) {
        terminal.progress.update(name, done / questions.length, `${done} of ${questions.length} answers`)
      },
      onFault(message) {
        faults.push(message)
        terminal.error(message)
      },
    })
    const seconds = (performance.now() - start) / 1000
    const side = Math.floor(Math.sqrt(kosmos.processor.num_patch_index_tokens))
    const judged = answered.map((one) => judge(one, side))
    // In the order of the questions: the same answers give the same figures, however they were batched.
    const order = new Map(questions.map((question, place) => [question, place]))
    judged.sort((a, b) => order.get(a.question)! - order.get(b.question)!)
    return { run: { name, seconds, tasks: taskFigures(judged), faults }, judged }
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

/** @throws {UsageError} for a task that nothing is asked of */
function ofTasks(questions: readonly Question[], list: string | undefined): readonly Question[] {
  if (list === undefined) return questions
  const known = new Set(questions.map(({ task }) => task))
  const wanted = list.split(',')
  const unknown = wanted.find((task) => !known.has(task))
  if (unknown !== undefined)
    throw new UsageError(`Expected ${[...known].join(', ')} in --tasks but received '${unknown}'`)
  return questions.filter(({ task }) => wanted.includes(task))
}

function limited(questions: readonly Question[], limit: number | undefined): readonly Question[] {
  return limit === undefined
    ? questions
    : groupBy(questions, ({ picture }) => picture.path)
        .slice(0, limit)
        .flat()
}
