// `kosmos2 convert`: from a checkpoint to a folder of OpenVINO IR.
import type { Conversion, ConvertOptions, ConvertProgress } from '../index.ts'
import { partWeights } from '../ir/part-weights.ts'
import { wholeNumber } from './arguments.ts'
import { defineCommand } from './command.ts'
import { columns, duration, megabytes } from './format.ts'
import { library } from './library.ts'

type Weights = Extract<ConvertOptions['weights'], string>
type Int4Scheme = NonNullable<ConvertOptions['int4Scheme']>
const WEIGHTS: readonly Weights[] = ['fp32', 'fp16', 'int8', 'int4']
const INT4_SCHEMES: readonly Int4Scheme[] = ['automatic', 'symmetric', 'asymmetric']
const PARTS = ['vision', 'projection', 'text'] as const
const PHASES = {
  download: 'Downloading',
  compare: 'Comparing with what is there',
  convert: 'Converting',
} as const satisfies Record<ConvertProgress['phase'], string>

export const convert = defineCommand({
  name: 'convert',
  summary: 'Converts a checkpoint for OpenVINO, smaller and faster',
  operands: 'SOURCE FOLDER',
  count: [2, 2],
  options: {
    weights: {
      value: 'W',
      short: 'w',
      choices: WEIGHTS,
      help: 'how the weights are stored: int8 (default), a quarter of float32; int4, the text model in 4 bits and the rest in 8, a sixth; fp16; fp32',
    },
    vision: { value: 'W', choices: WEIGHTS, help: 'the same for the vision tower alone' },
    projection: { value: 'W', choices: WEIGHTS, help: 'for the projection' },
    text: { value: 'W', choices: WEIGHTS, help: 'for the text model' },
    'group-size': {
      value: 'N',
      choices: ['32', '64', '128', '256'],
      help: 'how many int4 weights share a scale, at most (short rows take less); 128 if left out. Smaller is closer to the original, and larger',
    },
    'int4-scheme': {
      value: 'S',
      choices: INT4_SCHEMES,
      help: 'symmetric: int4 weights are -8 to 7 times their scale; asymmetric: 0 to 15 less a zero point, which is closer to the original and a little larger; automatic (default): asymmetric in rows too short for eight groups',
    },
    overwrite: { help: 'convert again even where FOLDER holds the same conversion' },
    json: { help: 'one JSON document: { folder, reused, seconds, parts }' },
  },
  notes: [
    'SOURCE is a checkpoint: a folder, or a name on the Hugging Face hub. FOLDER is made, or replaced if it holds an older conversion; with anything else in it, it is left alone. An interrupted conversion leaves nothing behind.',
  ],
  examples: [
    ['convert microsoft/kosmos-2-patch14-224 models/kosmos2-int8', 'The published model with 8-bit weights.'],
    ['convert models/kosmos2-tiny models/tiny-int8 --vision fp16', 'Different weights for a part.'],
  ],
  async run({ operands: [source, folder], values, terminal, signal }) {
    const { convert: convertCheckpoint } = await library()
    const weights = partWeights((values.weights ?? 'int8') as Weights)
    const groupSize = wholeNumber('group-size', values['group-size'])
    const options: ConvertOptions = {
      weights: Object.fromEntries(PARTS.map((part) => [part, values[part] ?? weights[part]])) as Record<
        (typeof PARTS)[number],
        Weights
      >,
      ...(groupSize !== undefined && { groupSize }),
      int4Scheme: values['int4-scheme'] as Int4Scheme | undefined,
      overwrite: values.overwrite,
      signal,
      onProgress({ phase, part, done, total }) {
        const title = part === undefined ? PHASES[phase] : `${PHASES[phase]} ${part}`
        terminal.progress.update(title, done / total, `${megabytes(done)} of ${megabytes(total)}`)
      },
    }
    const start = performance.now()
    const made = await convertCheckpoint(source!, folder!, options)
    const milliseconds = performance.now() - start
    if (values.json) terminal.print(JSON.stringify({ ...made, seconds: milliseconds / 1000 }))
    else terminal.print(`${partTable(made.parts)}\n\n${outcome(made, milliseconds)}`)
    return true
  },
})

/** A line a part, and one for all: weights and sizes before and after. */
export function partTable(parts: Conversion['parts']): string {
  const rows = PARTS.map((part) => ({
    name: part,
    weights: parts[part].settings.precision,
    ...parts[part],
  }))
  const sum = (value: (part: { sourceBytes: number; weightBytes: number }) => number): number =>
    rows.reduce((total, row) => total + value(row), 0)
  const all = { sourceBytes: sum((row) => row.sourceBytes), weightBytes: sum((row) => row.weightBytes) }
  return columns([
    ['part', 'weights', 'checkpoint', 'converted', 'ratio'],
    ...[...rows, { name: 'all', weights: '', ...all }].map(({ name, weights, sourceBytes, weightBytes }) => [
      name,
      weights,
      megabytes(sourceBytes),
      megabytes(weightBytes),
      (sourceBytes / weightBytes).toFixed(3),
    ]),
  ])
}

function outcome({ folder, reused }: Conversion, milliseconds: number): string {
  return reused
    ? `${folder} held this conversion already; it was kept.`
    : `${folder} was made in ${duration(milliseconds)}.`
}
