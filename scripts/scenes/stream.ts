// Writes scenes to standard output, packed for the training (see record.ts), for as long as somebody reads.
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { collageRecord, headerRecord, sceneRecord, validationRecord } from './record.ts'
import { checkSeeds, lastOf, type SeedRange, TRAINING, VALIDATION } from './seeds.ts'
import { readSprites } from './sprites.ts'
import { isStyleName, type StyleName, STYLES, TRAINED_STYLES } from './styles.ts'
import { readTokens } from './tokens.ts'

const HELP = `Writes scenes to standard output.

  node scripts/scenes/stream.ts --first SEED --vocabulary PATH [--count N] [--stride N] [--styles A,B] [--validation] [--collages N]

--first       seed of the first scene, from ${TRAINING.first} on
--vocabulary  a tokenizer.json, or the folder that holds one
--count       how many scenes; without end if left out
--stride      from one seed to the next; 1 if left out. Two streams of stride 2 share the work of one
--styles      ${STYLES.map(({ name }) => name).join(', ')}; ${TRAINED_STYLES.join(',')} if left out
--validation  scenes to look at while training, not to train on: seeds from ${VALIDATION.first} to ${lastOf(VALIDATION)}
--collages    of every N scenes the first is a collage, a picture full of things without texts
`

interface Options {
  readonly first: number
  readonly count: number
  readonly stride: number
  readonly styles: readonly StyleName[]
  readonly vocabulary: string
  /** The seeds that are allowed. */
  readonly range: SeedRange
  /** Of so many scenes one is a collage. */
  readonly collages: number
}

/** The options of the command line, or undefined if only help was asked for. @throws {Error} for those that do not fit */
function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      first: { type: 'string' },
      count: { type: 'string' },
      stride: { type: 'string', default: '1' },
      styles: { type: 'string', default: TRAINED_STYLES.join(',') },
      validation: { type: 'boolean', default: false },
      collages: { type: 'string' },
      vocabulary: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  if (values.first === undefined || values.vocabulary === undefined)
    throw new Error('Expected --first SEED and --vocabulary PATH; --help tells more')
  const styles = values.styles.split(',')
  if (!styles.every(isStyleName))
    throw new Error(
      `Expected --styles of ${STYLES.map(({ name }) => name).join(', ')}, but received ${values.styles}`,
    )
  return {
    first: wholeNumber('--first', values.first, 0),
    count: values.count === undefined ? Infinity : wholeNumber('--count', values.count, 1),
    stride: wholeNumber('--stride', values.stride, 1),
    styles,
    vocabulary: values.vocabulary,
    range: values.validation ? VALIDATION : TRAINING,
    collages: values.collages === undefined ? Infinity : wholeNumber('--collages', values.collages, 1),
  }
}

function wholeNumber(name: string, text: string, least: number): number {
  if (!/^\d+$/.test(text) || Number(text) < least)
    throw new Error(`Expected a whole number from ${least} on for ${name}, but received '${text}'`)
  return Number(text)
}

async function main(): Promise<void> {
  const options = readOptions()
  if (options === undefined) {
    process.stdout.write(HELP)
    return
  }
  const { first, count, stride, styles, vocabulary, range, collages } = options
  checkSeeds(range, first, Number.isFinite(count) ? first + (count - 1) * stride : first)
  const [sprites, tokens] = await Promise.all([readSprites(styles), readTokens(vocabulary)])
  const makeScene = range === TRAINING ? sceneRecord : validationRecord
  await write(headerRecord(first))
  for (let i = 0; i < count; i++) {
    const seed = first + i * stride
    checkSeeds(range, seed, seed)
    // By the seed, so that streams that share the work draw what one would.
    const make = seed % collages === 0 ? collageRecord : makeScene
    await write(await make(seed, sprites, tokens))
  }
}

/** Writes, and waits while the reader is behind. */
async function write(record: Buffer): Promise<void> {
  if (!process.stdout.write(record)) await once(process.stdout, 'drain')
}

// A reader that goes away, or a request to end, is the usual end of a stream without one.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
process.once('SIGTERM', () => process.exit(0))
process.once('SIGINT', () => process.exit(130))

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
