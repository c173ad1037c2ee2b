// What transformers answered with the embedded model, as several tests compare with it.
import { readFileSync } from 'node:fs'
import type { Entity } from '../src/text/post-process.ts'

/** What the embedded model was asked about each scene: tiny/golden.json. */
export interface TinyGolden {
  /** Continued without a picture, by the text model's own `generate`. */
  readonly texts: readonly {
    readonly prompt: string
    readonly input_ids: number[]
    readonly greedy: number[]
  }[]
  readonly scenes: readonly {
    readonly file: string
    /** What is in it, from left to right: exact boxes as fractions of the picture. */
    readonly objects: readonly { readonly name: string; readonly box: [number, number, number, number] }[]
    readonly asked: readonly {
      readonly prompt: string
      readonly input_ids: number[]
      readonly greedy: number[]
      readonly beam3: number[]
      readonly raw: string
      readonly caption: string
      readonly entities: Entity[]
    }[]
  }[]
}
export function readTinyGolden(): TinyGolden {
  return JSON.parse(readFileSync(new URL('goldens/tiny/golden.json', import.meta.url), 'utf8')) as TinyGolden
}
