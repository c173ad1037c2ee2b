// The text goldens, and the checkpoints that they are for.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Entity } from '../../src/text/post-process.ts'

const GOLDENS = join(import.meta.dirname, '../goldens')

/** The folders of the checkpoints, by the names that processor-b gives them. */
export const CHECKPOINTS = {
  'model-a': join(GOLDENS, 'model-a'),
  tiny: join(import.meta.dirname, '../../models/kosmos2-tiny'),
} as const
export type CheckpointName = keyof typeof CHECKPOINTS

/** A picture of data/scenes. */
export const scene = (name: string): string => join(import.meta.dirname, '../../data/scenes', name)

interface PostProcessed {
  readonly in: string
  readonly text: string
  readonly entities: Entity[]
}
type Fields = Readonly<Record<string, unknown>>

/** A call and its outcome: `output`, or `error` with the name of Python's exception. */
export interface GoldenCall {
  readonly checkpoint: CheckpointName
  readonly call: Fields
  readonly output?: Fields
  readonly error?: string
}

/** processor-a/processor.json. */
export interface ProcessorA {
  readonly tokenizer: readonly {
    readonly text: string
    readonly ids: number[]
    readonly ids_plain: number[]
    readonly decoded: string
    readonly decoded_raw: string
  }[]
  readonly processor: readonly ({
    readonly text: string
    readonly bboxes: unknown
    readonly image: boolean
    readonly add_eos_token: boolean
    readonly error?: string
  } & Fields)[]
  readonly post_process: readonly (PostProcessed & { readonly raw: string })[]
}

/** processor-b/processor.json, made by scripts/goldens/processor.py. */
export interface ProcessorB {
  readonly batches: readonly GoldenCall[]
  readonly encodings: readonly GoldenCall[]
  readonly spaces: readonly {
    readonly checkpoint: CheckpointName
    readonly text: string
    readonly ids: number[]
    readonly decoded: string
    readonly cleaned: string
  }[]
  readonly post_process: readonly PostProcessed[]
  readonly boxes: {
    readonly to_patches: readonly { readonly bbox: number[]; readonly patches: number[] | null }[]
    readonly to_coordinates: readonly { readonly patches: [number, number]; readonly bbox: number[] }[]
  }
}

const read = (path: string): unknown => JSON.parse(readFileSync(join(GOLDENS, path), 'utf8'))
export const readProcessorA = (): ProcessorA => read('processor-a/processor.json') as ProcessorA
export const readProcessorB = (): ProcessorB => read('processor-b/processor.json') as ProcessorB
