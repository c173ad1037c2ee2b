// Measures speed and memory, each beside something in the same run: the machine's memory bandwidth, the original engine,
// and the reference where it is installed. Prints tables and writes JSON.
import { existsSync } from 'node:fs'
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { Kosmos2Config } from '../src/checkpoint/config.ts'
import { WEIGHT_PRECISIONS, type WeightPrecision } from '../src/ir/weight-form.ts'
import { openVINO } from '../src/openvino/openvino.ts'
import { benchCompiledModel } from './bench/compiled-model.ts'
import { benchConversion } from './bench/conversion.ts'
import { memoryBandwidth } from './bench/memory-bandwidth.ts'
import { besideReference, openOriginal, type OriginalEngine } from './bench/original-engine.ts'
import { benchPreprocessing } from './bench/preprocessing.ts'
import { startReference } from './bench/reference.ts'
import { type BenchResult, type PrecisionResult, report, reportTrials } from './bench/report.ts'
import { benchTrials } from './bench/trials.ts'
import { writeRandomCheckpoint } from './random-checkpoint.ts'

const HELP = `Measures the library: conversion, and every precision beside the original engine and the machine's memory.

  npm run bench -- [--rounds N] [--weights LIST] [--checkpoint FOLDER] [--python FILE] [--json FILE] [--keep]
  npm run bench -- --trials [--rounds N] [--checkpoint FOLDER] [--json FILE] [--keep]

--trials       measures trials of what may make decoding faster instead: groups, threads, hints, the head's precision
--rounds       rounds of decoding in turn; 10 if left out
--weights      precisions to convert to and measure, with commas between; ${WEIGHT_PRECISIONS.join(',')} if left out
--checkpoint   a checkpoint with KOSMOS-2's pictures and latent queries; if left out, one of its size with random weights is
               made in models/bench
--python       an interpreter with transformers, torch and pillow to measure beside; python3 if left out
--json         where the figures are written; .cache/bench.json or .cache/bench-trials.json if left out
--keep         leave the checkpoint and the conversions in models/bench, and use those that an earlier run left; how
               long a conversion takes is measured only when it is made

At full size this takes 28 GB of free disk, 20 GB of memory and about 20 minutes.
`
const FOLDER = 'models/bench'
const RANDOM = join(FOLDER, 'checkpoint')
const PICTURE = 'test/goldens/processor-a/images/rgb1_640x480.png'
const PROCESSOR = 'test/goldens/model-a'
const ROOM_BYTES = 28e9
/** The notebook begins with 32 bits and compresses its text model to 4; with 8 it shows that it is not the bits. */
const WITH_PUBLISHED: readonly WeightPrecision[] = ['fp32', 'int8', 'int4']

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '10' },
    weights: { type: 'string', default: WEIGHT_PRECISIONS.join(',') },
    checkpoint: { type: 'string', default: RANDOM },
    python: { type: 'string', default: 'python3' },
    json: { type: 'string' },
    trials: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
if (values.help) {
  console.log(HELP)
  process.exit(0)
}
const { checkpoint, keep } = values
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 1)
  fail(`Expected a whole number from 1 for --rounds but received ${values.rounds}`, 2)
const precisions = values.weights.split(',').map((word) => {
  const precision = WEIGHT_PRECISIONS.find((one) => one === word)
  return precision ?? fail(`Expected ${WEIGHT_PRECISIONS.join(', ')} in --weights but received ${word}`, 2)
})
const say = (text: string) => {
  console.error(text)
}

if (!existsSync(FOLDER)) await checkRoom()
const bandwidth = await memoryBandwidth()
if (checkpoint === RANDOM && !existsSync(RANDOM)) {
  say('writing a checkpoint of full size with random weights')
  await writeRandomCheckpoint(RANDOM, new Kosmos2Config())
}
await mkdir(FOLDER, { recursive: true })
try {
  if (values.trials) {
    const trials = await benchTrials(checkpoint, FOLDER, rounds, keep, bandwidth, say)
    console.log(reportTrials(machine(), trials))
    await writeJson(values.json ?? '.cache/bench-trials.json', { machine: machine(), trials })
  } else {
    const result = await benchAll()
    console.log(report(result))
    await writeJson(values.json ?? '.cache/bench.json', result)
  }
} finally {
  await bandwidth.stop()
  if (!keep) await rm(FOLDER, { recursive: true, force: true })
}

async function benchAll(): Promise<BenchResult> {
  const reference = await startReference(values.python)
  say(
    reference ? `beside ${reference.version}` : `no reference: ${values.python} lacks transformers or torch`,
  )
  try {
    const preprocessing = await benchPreprocessing(PROCESSOR, PICTURE, 30, reference)
    say('original engine')
    const original = await openOriginal(checkpoint)
    try {
      const beside =
        reference === undefined
          ? null
          : await besideReference(original, reference, checkpoint, rounds, bandwidth, say)
      reference?.stop() // its copy of the weights is in the way of the others
      const results: PrecisionResult[] = []
      for (const weights of precisions) results.push(await benchPrecision(weights, original))
      return {
        machine: machine(),
        reference: reference?.version ?? null,
        preprocessing,
        original: { latencies: original.latencies, besideReference: beside },
        precisions: results,
      }
    } finally {
      await original.runner.stop()
    }
  } finally {
    reference?.stop()
  }
}

async function benchPrecision(weights: WeightPrecision, original: OriginalEngine): Promise<PrecisionResult> {
  const folder = join(FOLDER, weights)
  say(`${weights}: converting`)
  const conversion = (await benchConversion(checkpoint, folder, { weights, overwrite: !keep })) ?? null
  const surroundings = { checkpoint, original, bandwidth, rounds, say }
  const compiled = await benchCompiledModel(folder, WITH_PUBLISHED.includes(weights), surroundings)
  if (!keep) await rm(folder, { recursive: true })
  return { weights, conversion, compiled }
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, `${JSON.stringify(value, undefined, 2)}\n`)
}

async function checkRoom(): Promise<void> {
  await mkdir(dirname(FOLDER), { recursive: true })
  const { bavail, bsize } = await statfs(dirname(FOLDER))
  const free = bavail * bsize
  if (free < ROOM_BYTES)
    fail(
      `Expected ${ROOM_BYTES / 1e9} GB of free disk for a checkpoint of full size and its conversions, but there are ` +
        `${(free / 1e9).toFixed(1)} GB; free some`,
      1,
    )
}

function machine(): string {
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB of memory`
  const processor = `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores`
  return `${processor}, ${memory}; Node ${process.version}, OpenVINO ${openVINO().version}`
}

function fail(message: string, status: number): never {
  console.error(message)
  process.exit(status)
}
