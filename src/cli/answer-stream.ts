// The text of an answer while it is being written, without the tags that link its phrases to boxes.
// Not by way of the index: help would load the whole library.
import { answerStreamer } from '../generate/answer-streamer.ts'
import type { Kosmos2 } from '../index.ts'

/** A streamer, and what completes what it wrote. */
export interface AnswerStream {
  put(ids: readonly number[]): void
  end(): void
  /** Writes what is left of the whole text, and ends the line. */
  finish(text: string): void
}

/**
 * Writes whole words as they come: a tag may still change what stands around it, a word's last letters may be in the
 * next token.
 * @param write - takes each piece
 */
export function streamAnswer(
  { processor }: Pick<Kosmos2, 'processor'>,
  write: (piece: string) => void,
): AnswerStream {
  let written = ''
  const streamer = answerStreamer(processor, ({ text }) => {
    write(text)
    written += text
  })
  return {
    put(ids) {
      void streamer.put(ids)
    },
    end() {
      void streamer.end()
    },
    finish(text) {
      // Should the whole text not go on as its beginning did, it is shown anew.
      if (!text.startsWith(written)) {
        write('\n')
        written = ''
      }
      write(text.slice(written.length))
      write('\n')
    },
  }
}
