// The packed form in which scenes go to the training: a record is the length of a JSON text (32 bits, little endian),
// the text, and the pixels. The first record is a header without pixels.
import { createCollage } from './collage.ts'
import { drawForModel } from './draw.ts'
import { randomOf } from './random.ts'
import { createScene, type Scene, TRAINING_COUNTS } from './scene.ts'
import type { Sprites } from './sprites.ts'
import { type Segment, viewOf } from './texts/segment.ts'
import { outOfTurn, trainingSegments } from './texts/training-mix.ts'
import { KINDS } from './things.ts'
import type { Tokens } from './tokens.ts'
import { createVocabulary } from './words.ts'

/** The version of the form. */
export const FORMAT = 3
/** Pixels a side of the model's pictures. */
export const IMAGE_SIZE = 256

/** A prompt and its answer as ids. */
export interface PackedSegment {
  readonly task: string
  /** The prompt, the answer, and the end of the text; not what stands for the picture. */
  readonly ids: readonly number[]
  /** Where in `ids` the answer begins. */
  readonly answer: number
  /** For each patch token of the answer: where in `ids` it is, and the exact corner it stands for, in 0 to 1. */
  readonly corners: readonly (readonly [index: number, x: number, y: number])[]
  /** From which index of `ids` up to which nothing is to be learned, though it is read; 0 and 0 for nowhere. */
  readonly given: readonly [start: number, end: number]
}

/** What a record's JSON text holds. */
export interface PackedScene {
  readonly seed: number
  readonly things: readonly { readonly name_id: number; readonly box: readonly number[] }[]
  readonly segments: readonly PackedSegment[]
}

const NAME_IDS = new Map(KINDS.map(({ name }, id) => [name, id]))

/** The first record. */
export const headerRecord = (firstSeed: number): Buffer =>
  framed({
    format: FORMAT,
    image_size: IMAGE_SIZE,
    things: KINDS.map(({ name }) => name),
    plurals: KINDS.map(({ plural }) => plural),
    words: createVocabulary().words,
    firstSeed,
  })

/** The record of a scene to be trained on. */
export async function sceneRecord(seed: number, sprites: Sprites, tokens: Tokens): Promise<Buffer> {
  const scene = createScene(seed, sprites, TRAINING_COUNTS)
  const view = viewOf(scene)
  const told = outOfTurn(view, randomOf(seed, 7))
  return record(scene, trainingSegments(view, randomOf(seed, 5), told), sprites, tokens)
}

/** The record of a scene to be measured with while training: its captions go from left to right. */
export async function validationRecord(seed: number, sprites: Sprites, tokens: Tokens): Promise<Buffer> {
  const scene = createScene(seed, sprites)
  return record(scene, trainingSegments(viewOf(scene), randomOf(seed, 5)), sprites, tokens)
}

/** The record of a collage: there are no texts about it. */
export const collageRecord = (seed: number, sprites: Sprites, tokens: Tokens): Promise<Buffer> =>
  record(createCollage(seed, sprites), [], sprites, tokens)

async function record(
  scene: Scene,
  segments: readonly Segment[],
  sprites: Sprites,
  tokens: Tokens,
): Promise<Buffer> {
  const packed: PackedScene = {
    seed: scene.seed,
    things: scene.things.map(({ name, box }) => ({ name_id: NAME_IDS.get(name)!, box: box.map(rounded) })),
    segments: segments.map((segment) => pack(segment, tokens)),
  }
  return Buffer.concat([framed(packed), await drawForModel(scene, sprites, IMAGE_SIZE)])
}

/** A prompt and its answer as ids, with the exact corners of the answer's boxes. */
export function pack({ task, prompt, answer, boxes, early }: Segment, tokens: Tokens): PackedSegment {
  const promptIds = tokens.tokenize(prompt)
  const idsUntil = (end: number): number => promptIds.length + tokens.tokenize(answer.slice(0, end)).length
  const ids = [...promptIds, ...tokens.tokenize(answer), tokens.endOfText]
  const corners = boxes.flatMap(({ box: [x1, y1, x2, y2] }) => [
    [x1, y1],
    [x2, y2],
  ])
  const patches = ids.flatMap((id, index) => (index >= promptIds.length && tokens.isPatch(id) ? [index] : []))
  return {
    task,
    ids,
    answer: promptIds.length,
    corners: patches.map((index, i) => [index, rounded(corners[i]![0]!), rounded(corners[i]![1]!)] as const),
    given: early === undefined ? [0, 0] : [idsUntil(early[0]), idsUntil(early[1])],
  }
}

/** Six digits: far below a pixel, for fractions and pixels alike. */
export const rounded = (value: number): number => Math.round(value * 1e6) / 1e6

function framed(value: unknown): Buffer {
  const text = Buffer.from(JSON.stringify(value))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(text.length)
  return Buffer.concat([length, text])
}
