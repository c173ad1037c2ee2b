// The text of an answer while it is being written, without the tags that link its phrases to boxes.
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
  const ids: number[] = []
  let written = ''
  const writeUpTo = (text: string): void => {
    if (!text.startsWith(written)) return
    write(text.slice(written.length))
    written = text
  }
  return {
    put(fresh) {
      ids.push(...fresh)
      const [text] = processor.post_process_generation(processor.decode(ids, { skip_special_tokens: true }))
      writeUpTo(text.slice(0, text.lastIndexOf(' ') + 1))
    },
    end() {},
    finish(text) {
      // Should the whole text not go on as its beginning did, it is shown anew.
      if (!text.startsWith(written)) {
        write('\n')
        written = ''
      }
      writeUpTo(text)
      write('\n')
    },
  }
}
