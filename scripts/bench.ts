// Measures speed and memory, each beside something in the same run: the machine's memory bandwidth, and the reference
// where it is installed. Prints a table and writes JSON.
import { existsSync } from 'node:fs'
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { Kosmos2Config } from '../src/checkpoint/config.ts'
import { benchOriginalEngine } from './bench/original-engine.ts'
import { benchPreprocessing } from './bench/preprocessing.ts'
import { startReference } from './bench/reference.ts'
import { format } from './bench/statistics.ts'
import { writeRandomCheckpoint } from './random-checkpoint.ts'

const HELP = `Measures the library beside the reference and the machine's memory.

  npm run bench -- [--python FILE] [--checkpoint FOLDER] [--rounds N] [--json FILE] [--keep]

--python       an interpreter with transformers, torch and pillow to measure beside; python3 if left out
--checkpoint   the checkpoint to decode with; if left out, one of KOSMOS-2's size with random weights is made in
               models/random-full (6.7 GB) and removed afterwards
--rounds       rounds of decoding; 12 if left out
--json         where the figures are written; .cache/bench.json if left out
--keep         leave the random checkpoint for the next run
`
const RANDOM = 'models/random-full'
const PICTURE = 'test/goldens/processor-a/images/rgb1_640x480.png'
const PROCESSOR = 'test/goldens/model-a'
const ROOM_BYTES = 8e9

const { values } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    checkpoint: { type: 'string', default: RANDOM },
    rounds: { type: 'string', default: '12' },
    json: { type: 'string', default: '.cache/bench.json' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
if (values.help) {
  console.log(HELP)
  process.exit(0)
}
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`Expected a whole number from 1 for --rounds but received ${values.rounds}`)
  process.exit(2)
}
const say = (text: string) => {
  console.error(text)
}

const reference = await startReference(values.python)
say(
  reference === undefined
    ? `no reference: ${values.python} lacks transformers or torch`
    : `beside ${reference.version}`,
)
const made = values.checkpoint === RANDOM && !existsSync(RANDOM)
if (made) {
  await mkdir(dirname(RANDOM), { recursive: true })
  const { bavail, bsize } = await statfs(dirname(RANDOM))
  if (bavail * bsize < ROOM_BYTES) {
    console.error(
      `Expected ${ROOM_BYTES / 1e9} GB of free disk for a checkpoint of full size; free some, or give --checkpoint`,
    )
    process.exit(1)
  }
  say('writing a checkpoint of full size with random weights')
  await writeRandomCheckpoint(RANDOM, new Kosmos2Config())
}
try {
  const preprocessing = await benchPreprocessing(PROCESSOR, PICTURE, 30, reference)
  const original = await benchOriginalEngine(values.checkpoint, rounds, reference, say)

  const beside = reference?.version ?? 'the reference was not measured'
  const rows = [
    ['preprocessing, 640x480 PNG', format(preprocessing.ms, 'ms', 2)],
    ['  transformers', preprocessing.referenceMs ? format(preprocessing.referenceMs, 'ms', 2) : '-'],
    ['  ours / transformers', preprocessing.ratio ? format(preprocessing.ratio, '', 2) : '-'],
    ['original engine: opens in', `${original.openMs.toFixed(0)} ms`],
    [
      '  anonymous memory added',
      original.anonymousBytes === null ? '-' : `${(original.anonymousBytes / 1e9).toFixed(2)} GB`,
    ],
    ['  vision, first run', `${original.visionMs.toFixed(0)} ms`],
    ['  prefill of 71 tokens, first run', `${original.prefillMs.toFixed(0)} ms`],
    ['  decoding, a token', format(original.tokenMs, 'ms')],
    ['  memory read in turn', format({ ...original.bandwidth, ...scaled(original.bandwidth, 1e-9) }, 'GB/s')],
    ['  share of the memory roofline', format(original.rooflineShare, '', 2)],
    ['  transformers, a token', original.referenceTokenMs ? format(original.referenceTokenMs, 'ms') : '-'],
    ['  transformers / ours', original.speedup ? format(original.speedup, '', 2) : '-'],
  ]
  console.log(
    `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}; ${beside}`,
  )
  for (const [name, value] of rows) console.log(`${name!.padEnd(36)} ${value!}`)
  await mkdir(dirname(values.json), { recursive: true })
  await writeFile(values.json, `${JSON.stringify({ beside, preprocessing, original }, undefined, 2)}\n`)
} finally {
  reference?.stop()
  if (made && !values.keep) await rm(RANDOM, { recursive: true })
}

function scaled(values: { median: number; min: number; max: number }, factor: number) {
  return { median: values.median * factor, min: values.min * factor, max: values.max * factor }
}
