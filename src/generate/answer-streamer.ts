// An answer while it is being written, as people read it: whole words without tags, and each entity when its list of
// boxes is complete.
import { invalidType } from '../errors.ts'
import type { Entity } from '../text/post-process.ts'
import type { Kosmos2Processor } from '../text/processor.ts'
import type { Streamer } from './streamer.ts'

/** What is new of an answer. Texts that are put together from all pieces are the beginning of the whole answer's. */
export interface AnswerPiece {
  /** More of the text without tags, in whole words; often empty. */
  readonly text: string
  /** More of what the model wrote, tags included, in whole words and tags; often empty. */
  readonly raw: string
  /** Entities whose boxes are complete, boxes as fractions; `text` may not have come as far as their spans. */
  readonly entities: readonly Entity[]
}

/** What is asked of a processor. */
export type ReadsAnswers = Pick<Kosmos2Processor, 'decode' | 'post_process_generation'>

/**
 * A streamer for `generate` that reads the answer as it comes. What the prompt says comes first, as it is part of an
 * answer. The last word is held back, for more letters of it may come: the answer itself has it.
 * @param processor - the model's
 * @param onPiece - takes what is new; generation waits for a promise that it returns
 * @throws {TypeError} if `onPiece` is no function
 */
export function answerStreamer(
  processor: ReadsAnswers,
  onPiece: (piece: AnswerPiece) => void | Promise<void>,
): Streamer {
  if (typeof onPiece !== 'function') throw invalidType('onPiece', 'a function (piece) => void', onPiece)
  let ids: number[] = []
  let [text, raw, known] = ['', '', 0]
  return {
    put(fresh) {
      ids.push(...fresh)
      const decoded = processor.decode(ids, { skip_special_tokens: true })
      const [caption, entities] = processor.post_process_generation(decoded)
      const written = processor.post_process_generation(decoded, { cleanup_and_extract: false })
      // A tag ends the word before it.
      const isWhole = decoded.endsWith('>')
      const grown = grow(text, isWhole ? caption : caption.slice(0, caption.lastIndexOf(' ') + 1))
      const grownRaw = grow(
        raw,
        written.slice(0, Math.max(written.lastIndexOf(' '), written.lastIndexOf('>')) + 1),
      )
      const piece = {
        text: grown.slice(text.length),
        raw: grownRaw.slice(raw.length),
        entities: entities.slice(known),
      }
      ;[text, raw, known] = [grown, grownRaw, Math.max(known, entities.length)]
      return onPiece(piece)
    },
    end() {
      ids = []
      ;[text, raw, known] = ['', '', 0]
    },
  }
}

/** The longer text where it goes on as the other began; a tag that is being completed may still change what was. */
function grow(before: string, now: string): string {
  return now.startsWith(before) ? now : before
}
