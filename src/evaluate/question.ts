// What is asked in an evaluation, and what should come.
import type { NamedBox } from '../metrics/match-things.ts'
import type { ImageSize } from '../text/boxes.ts'

/** A picture of an evaluation. */
export interface Picture extends ImageSize {
  readonly path: string
}

/** How the answers of a task are judged. */
export type Measure =
  /** Things named and boxed: precision, recall, F1. */
  | 'things'
  /** As `things`, but only boxes: the phrase was given. */
  | 'boxes'
  /** One phrase, one box: recall at 0.5, mean IoU. */
  | 'phrase'
  /** As `phrase`, by the protocols of Flickr30k Entities. */
  | 'flickr30k'
  /** The text and nothing else. */
  | 'text'
  /** The text, and no box. */
  | 'absent'

/** One prompt about a picture. */
export interface Question {
  readonly picture: Picture
  /** Whether the prompt goes to the model without the picture; false if left out. */
  readonly isTextAlone?: boolean
  readonly task: string
  readonly measure: Measure
  /** What kinds of question it is, for figures of their own. */
  readonly kinds: readonly string[]
  /** With its tags, as the processor takes it. */
  readonly prompt: string
  /** The right text after the prompt, without tags; undefined where there is none to compare with. */
  readonly answer: string | undefined
  /** The right boxes, as fractions of the picture. */
  readonly things: readonly NamedBox[]
}

/** Everything that is asked, and what could not be read of it. */
export interface EvaluationSet {
  readonly title: string
  readonly questions: readonly Question[]
  /** A message for each picture or entry that is left out. */
  readonly faults: readonly string[]
}
