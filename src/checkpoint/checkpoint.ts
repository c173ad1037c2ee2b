// A checkpoint's folder, opened and checked as a whole: configuration, generation settings and weights that fit it.
import { readdir } from 'node:fs/promises'
import { CheckpointError, show } from '../errors.ts'
import { boxRefinerTensors, isOfBoxRefiner } from './box-refiner-tensors.ts'
import { Kosmos2Config } from './config.ts'
import {
  expectedTensors,
  LM_HEAD,
  outputMatrix,
  TEXT_LAYERS,
  TOKEN_EMBEDDING,
  VISION_LAYERS,
  type ExpectedTensor,
} from './expected-tensors.ts'
import { CONFIG_FILE, WEIGHTS_FILE } from './file-names.ts'
import { readGenerationConfig, type GenerationConfig } from './generation-config.ts'
import type { TensorEntry } from './safetensors.ts'
import { openWeights, type Weights } from './weights.ts'

/** An open checkpoint: every tensor that its configuration asks for is there, with the shape it asks for. */
export interface Checkpoint {
  readonly folder: string
  readonly config: Kosmos2Config
  readonly generationConfig: GenerationConfig
  readonly weights: Weights
  /**
   * The output matrix's name: the token embedding's where the two are one. `tensor` finds such a pair under both of
   * their names, whichever of them the file uses.
   */
  readonly lmHead: string
  /** Whether it has a box refiner. */
  readonly refinesBoxes: boolean
  /** Where a tensor of the model lies. @throws {RangeError} for a name that the model does not have */
  tensor(name: string): TensorEntry
  /** Closes the files. May be called twice. */
  close(): Promise<void>
}

/**
 * What some versions of transformers write and none needs: both are computed from the configuration. They are passed
 * over, whatever they hold.
 */
const COMPUTED_BUFFERS = [
  'vision_model.model.embeddings.position_ids',
  'text_model.model.embed_positions.weights',
]
const WEIGHT_DTYPES = ['F32', 'F16', 'BF16']
/** Names in a message; a count stands for the rest. */
const NAMES_SHOWN = 5
const COMPARED_BYTES = 8 * 1024 * 1024

/**
 * Opens a folder as transformers' `save_pretrained` writes it, of today or of version 4.35, and checks all of it but
 * the weights' values.
 * @throws {CheckpointError} `NOT_FOUND`, `NOT_A_CHECKPOINT`, `BAD_CONFIG`, `BAD_HEADER`, `MISSING_TENSOR`,
 *   `UNKNOWN_TENSOR`, `WRONG_SHAPE` or `WRONG_TYPE`
 */
export async function openCheckpoint(folder: string): Promise<Checkpoint> {
  await expectCheckpointFolder(folder)
  const config = await Kosmos2Config.from_pretrained(folder)
  const generationConfig = await readGenerationConfig(folder, config)
  const weights = await openWeights(folder)
  try {
    const lmHead = outputMatrix(config)
    const tensors = new Map(weights.tensors)
    for (const name of COMPUTED_BUFFERS) tensors.delete(name)
    if (lmHead === TOKEN_EMBEDDING) await tie(folder, weights, tensors)
    const refinesBoxes = [...tensors.keys()].some(isOfBoxRefiner)
    checkTensors(
      folder,
      config,
      refinesBoxes ? new Map([...expectedTensors(config), ...boxRefinerTensors()]) : expectedTensors(config),
      tensors,
    )
    return {
      folder,
      config,
      generationConfig,
      weights,
      lmHead,
      refinesBoxes,
      tensor: (name) => {
        const entry = tensors.get(name)
        if (entry === undefined)
          throw new RangeError(`Expected the name of a tensor of KOSMOS-2 but received ${show(name)}`)
        return entry
      },
      close: () => weights.close(),
    }
  } catch (error) {
    await weights.close()
    throw error
  }
}

async function expectCheckpointFolder(folder: string): Promise<void> {
  let names: string[]
  try {
    names = await readdir(folder)
  } catch (cause) {
    throw new CheckpointError(
      'NOT_FOUND',
      `Expected a checkpoint's folder at ${folder}: ${(cause as Error).message}`,
      { cause },
    )
  }
  if (!names.includes(CONFIG_FILE))
    throw new CheckpointError(
      'NOT_A_CHECKPOINT',
      `${folder}: expected a folder with ${CONFIG_FILE} and ${WEIGHTS_FILE}, but found ${show(names)}; ` +
        'give a folder that save_pretrained wrote, or a name such as microsoft/kosmos-2-patch14-224',
    )
}

/**
 * Lets embedding and output matrix, which the configuration says are one, be one entry under both names. A file that
 * holds both must hold the same values twice: otherwise file and configuration contradict each other.
 */
async function tie(folder: string, weights: Weights, tensors: Map<string, TensorEntry>): Promise<void> {
  const embedding = tensors.get(TOKEN_EMBEDDING)
  const head = tensors.get(LM_HEAD)
  if (embedding !== undefined && head !== undefined && !(await equal(weights, embedding, head)))
    throw new CheckpointError(
      'BAD_CONFIG',
      `${folder}: tie_word_embeddings is true, but ${LM_HEAD} is in the file and differs from ${TOKEN_EMBEDDING}; ` +
        'if the output matrix is one of its own, set tie_word_embeddings to false at the top of config.json and in ' +
        'text_config, otherwise save the checkpoint again without it',
    )
  const shared = embedding ?? head
  if (shared === undefined) return
  tensors.set(TOKEN_EMBEDDING, shared)
  tensors.set(LM_HEAD, shared)
}

async function equal(weights: Weights, a: TensorEntry, b: TensorEntry): Promise<boolean> {
  if (a.dtype !== b.dtype || a.byteLength !== b.byteLength) return false
  const others = weights.chunks(b, COMPARED_BYTES)
  for await (const chunk of weights.chunks(a, COMPARED_BYTES)) {
    const other = await others.next()
    if (other.done === true || Buffer.compare(chunk, other.value) !== 0) return false
  }
  return true
}

function checkTensors(
  folder: string,
  config: Kosmos2Config,
  expected: ReadonlyMap<string, ExpectedTensor>,
  tensors: ReadonlyMap<string, TensorEntry>,
): void {
  const missing = [...expected.keys()].filter((name) => !tensors.has(name))
  if (missing.length > 0)
    throw new CheckpointError(
      'MISSING_TENSOR',
      `${folder}: the weights lack ${list(missing)}${layersHint(config, missing)}`,
    )
  const unknown = [...tensors.keys()].filter((name) => !expected.has(name))
  if (unknown.length > 0)
    throw new CheckpointError(
      'UNKNOWN_TENSOR',
      `${folder}: the model has no ${list(unknown)}${layersHint(config, unknown)}`,
    )
  for (const [name, want] of expected) checkTensor(folder, name, want, tensors.get(name)!)
}

function checkTensor(
  folder: string,
  name: string,
  { shape, setBy }: ExpectedTensor,
  entry: TensorEntry,
): void {
  const wrong = shape.findIndex((size, i) => size !== entry.shape[i])
  if (shape.length !== entry.shape.length || wrong !== -1) {
    const keys = [...new Set(setBy)].filter((key) => key !== '')
    const asked = keys.length === 0 ? 'the architecture asks' : `${keys.join(' and ')} in ${CONFIG_FILE} ask`
    throw new CheckpointError(
      'WRONG_SHAPE',
      `${folder}: expected shape ${show(shape)} for tensor ${name}, as ${asked}, but found ${show(entry.shape)}`,
    )
  }
  if (!WEIGHT_DTYPES.includes(entry.dtype))
    throw new CheckpointError(
      'WRONG_TYPE',
      `${folder}: expected ${WEIGHT_DTYPES.join(', ')} for tensor ${name}, but found ${entry.dtype}; ` +
        'save the checkpoint as float32, float16 or bfloat16',
    )
}

/** The number of layers is what a configuration most easily gets wrong for its weights. */
function layersHint(config: Kosmos2Config, names: readonly string[]): string {
  const towers = [
    { prefix: TEXT_LAYERS, key: 'text_config.layers', count: config.text_config.layers },
    {
      prefix: VISION_LAYERS,
      key: 'vision_config.num_hidden_layers',
      count: config.vision_config.num_hidden_layers,
    },
  ]
  const hints = towers
    .filter(({ prefix }) => names.some((name) => name.startsWith(`${prefix}.`)))
    .map(({ key, count }) => `${key} in ${CONFIG_FILE} is ${count}`)
  return hints.length === 0 ? '' : ` (${hints.join(', ')})`
}

function list(names: readonly string[]): string {
  const shown = names
    .slice(0, NAMES_SHOWN)
    .map((name) => show(name))
    .join(', ')
  return names.length > NAMES_SHOWN ? `${shown} and ${names.length - NAMES_SHOWN} more` : shown
}
