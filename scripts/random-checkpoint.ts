// Writes a KOSMOS-2 checkpoint of any size with random weights, for measuring speed and memory: it answers nonsense,
// but as fast and in as much memory as a trained one of its size.
import { open, mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Kosmos2Config } from '../src/checkpoint/config.ts'
import { expectedTensors, LM_HEAD } from '../src/checkpoint/expected-tensors.ts'
import { float16Bits } from '../src/ir/float16.ts'

const HELP = `Writes a checkpoint with random weights.

  node scripts/random-checkpoint.ts FOLDER [--config FILE] [--dtype F32|F16|BF16] [--text-layers N] [--vision-layers N]

FOLDER          where it goes; made if missing
--config        a config.json whose sizes to take; KOSMOS-2's own if left out (6.7 GB in F32)
--dtype         how the weights are stored; F32 if left out
--text-layers, --vision-layers   other numbers of layers than the config's

The folder has no tokenizer: it is for engines, not for text.
`
const BLOCK_BYTES = 64 * 1024 * 1024
const BYTES = { F32: 4, F16: 2, BF16: 2 } as const
type Dtype = keyof typeof BYTES

/**
 * Writes the checkpoint, streaming: memory stays at one block however large it is.
 * @param folder - where it goes
 * @param config - its sizes
 */
export async function writeRandomCheckpoint(
  folder: string,
  config: Kosmos2Config,
  dtype: Dtype = 'F32',
): Promise<void> {
  await mkdir(folder, { recursive: true })
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } }
  let offset = 0
  const stored = [...expectedTensors(config)].filter(
    ([name]) => name !== LM_HEAD || !config.tie_word_embeddings,
  )
  const tensors = stored.map(([name, { shape }]) => {
    const byteLength = shape.reduce((a, b) => a * b, 1) * BYTES[dtype]
    header[name] = { dtype, shape, data_offsets: [offset, offset + byteLength] }
    offset += byteLength
    return { name, byteLength }
  })
  const json = JSON.stringify(header)
  const headerBytes = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 8) * 8))
  const length = new DataView(new ArrayBuffer(8))
  length.setBigUint64(0, BigInt(headerBytes.length), true)

  const random = fill(dtype, (_, next) => next() * 0.04 - 0.02)
  const ones = fill(dtype, () => 1)
  const partial = join(folder, 'model.safetensors.partial')
  const file = await open(partial, 'w')
  try {
    await file.write(new Uint8Array(length.buffer))
    await file.write(headerBytes)
    for (const { name, byteLength } of tensors) {
      const block = /(norm|layrnorm|_ln|layer_norm\d?)\.weight$/.test(name) ? ones : random
      for (let done = 0; done < byteLength; done += block.length)
        await file.write(block, 0, Math.min(block.length, byteLength - done))
    }
  } finally {
    await file.close()
  }
  await rename(partial, join(folder, 'model.safetensors'))
  await config.save_pretrained(folder)
}

/** A block of numbers in the given format, from a generator with a fixed seed. */
function fill(dtype: Dtype, value: (i: number, next: () => number) => number): Uint8Array {
  let state = 1
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32
  const count = BLOCK_BYTES / BYTES[dtype]
  const numbers = Float32Array.from({ length: count }, (_, i) => value(i, next))
  if (dtype === 'F32') return new Uint8Array(numbers.buffer)
  if (dtype === 'BF16')
    return new Uint8Array(Uint16Array.from(new Uint32Array(numbers.buffer), (bits) => bits >>> 16).buffer)
  return new Uint8Array(float16Bits(numbers).buffer)
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      config: { type: 'string' },
      dtype: { type: 'string', default: 'F32' },
      'text-layers': { type: 'string' },
      'vision-layers': { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  const [folder] = positionals
  if (values.help || folder === undefined || positionals.length > 1) {
    console.log(HELP)
    process.exit(values.help ? 0 : 2)
  }
  if (!(values.dtype in BYTES))
    throw new TypeError(`Expected F32, F16 or BF16 for --dtype but received ${values.dtype}`)
  const base = (
    values.config === undefined ? new Kosmos2Config() : await Kosmos2Config.from_pretrained(values.config)
  ).toJSON()
  const count = (text: string | undefined, key: string) => (text === undefined ? {} : { [key]: Number(text) })
  const config = new Kosmos2Config({
    ...base,
    text_config: { ...(base['text_config'] as object), ...count(values['text-layers'], 'layers') },
    vision_config: {
      ...(base['vision_config'] as object),
      ...count(values['vision-layers'], 'num_hidden_layers'),
    },
  })
  await writeRandomCheckpoint(folder, config, values.dtype as Dtype)
  console.log(`${folder}: a checkpoint in ${values.dtype}`)
}
