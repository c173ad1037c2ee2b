// A question with its answer, and the words that answers are made of.
import type { Random } from '../random.ts'
import type { Thing } from '../scene.ts'
import type { Colour } from '../things.ts'
import { type Part, type QuestionKind, single, type View } from './segment.ts'

/** What answers say beside names, numbers, colours and places. */
export const ANSWER_WORDS = {
  yes: ' yes',
  no: ' no',
  nothing: ' nothing',
  is: ' is',
  thereIsNo: ' there is no',
} as const

/** A question with its answer, before it is asked with or without boxes. */
export interface Question {
  readonly kind: QuestionKind
  readonly question: string
  readonly answer: (grounded: boolean) => readonly Part[]
  /** The things that are meant, if the answer does not mention them. */
  readonly about?: readonly Thing[]
}

/** Draws a question of a kind; undefined where the scene has none. */
export type Asker = (view: View, random: Random) => Question | undefined

/** An answer without boxes. */
export const sentence =
  (words: string): (() => readonly Part[]) =>
  () => [`${words}.`]

/** The things of which there is one, and whose colour everybody would name. */
export const coloured = (view: View): (Thing & { readonly colour: Colour })[] =>
  single(view).filter((thing): thing is Thing & { readonly colour: Colour } => thing.colour !== undefined)
