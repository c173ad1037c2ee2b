// Streams the text of a generation, as TextStreamer in transformers' generation/streamers.py.
import { invalidType, rejectUnknownOptions } from '../errors.ts'
import type { Streamer } from './streamer.ts'

/** What a TextStreamer asks of a processor or tokenizer. */
export interface Decodes {
  decode(ids: readonly number[], options: { skip_special_tokens: boolean }): string
}

export interface TextStreamerOptions {
  /** Stream the continuation alone. @default false */
  skip_prompt?: boolean
  /** Leave special tokens (start, end, padding) out; the grounding tags are not special. @default false */
  skip_special_tokens?: boolean
  /** Called with each piece of finished text. By default the text goes to standard output, with a newline at the end. */
  callback_function?: (text: string) => void
}

/**
 * Turns tokens into text as they come, and hands it on in whole words: a word's last letters may be in the next token.
 * Text goes out up to the last space, to an ideograph (Chinese, Japanese) at the end, or to a newline at the end;
 * what is held back goes out when the generation ends or is aborted.
 *
 *     await model.generate({ ...inputs, streamer: new TextStreamer(processor, { skip_prompt: true }) })
 */
export class TextStreamer implements Streamer {
  readonly #tokenizer: Decodes
  readonly #skipPrompt: boolean
  readonly #skipSpecialTokens: boolean
  readonly #callback: ((text: string) => void) | undefined
  #ids: number[] = []
  #printed = 0
  #isPrompt = true

  /** @param tokenizer - a processor, or anything with `decode(ids, { skip_special_tokens })` */
  constructor(tokenizer: Decodes, options: TextStreamerOptions = {}) {
    if (typeof (tokenizer as Partial<Decodes> | null | undefined)?.decode !== 'function')
      throw invalidType('tokenizer', 'a processor or tokenizer with decode(ids, options)', tokenizer)
    rejectUnknownOptions('TextStreamer', options, ['skip_prompt', 'skip_special_tokens', 'callback_function'])
    const { skip_prompt = false, skip_special_tokens = false, callback_function } = options
    if (callback_function !== undefined && typeof callback_function !== 'function')
      throw invalidType('callback_function', 'a function (text) => void', callback_function)
    this.#tokenizer = tokenizer
    this.#skipPrompt = skip_prompt
    this.#skipSpecialTokens = skip_special_tokens
    this.#callback = callback_function
  }

  put(ids: readonly number[]): void {
    const isPrompt = this.#isPrompt
    this.#isPrompt = false
    if (isPrompt && this.#skipPrompt) return
    this.#ids.push(...ids)
    const text = this.#decode()
    const end = finishedLength(text)
    this.on_finalized_text(text.slice(this.#printed, end), false)
    this.#printed = Math.max(this.#printed, end)
    if (text.endsWith('\n')) this.#forget()
  }

  end(): void {
    const text = this.#decode().slice(this.#printed)
    this.#forget()
    this.#isPrompt = true
    this.on_finalized_text(text, true)
  }

  /**
   * Receives each piece of finished text; override it to put the text elsewhere.
   * @param text - may be empty
   * @param stream_end - whether it is the last piece
   */
  on_finalized_text(text: string, stream_end: boolean): void {
    if (this.#callback === undefined) process.stdout.write(stream_end ? `${text}\n` : text)
    else if (text !== '') this.#callback(text)
  }

  #decode(): string {
    if (this.#ids.length === 0) return ''
    return this.#tokenizer.decode(this.#ids, { skip_special_tokens: this.#skipSpecialTokens })
  }

  #forget(): void {
    this.#ids = []
    this.#printed = 0
  }
}

/** How much of a text no further token can change. */
function finishedLength(text: string): number {
  if (text.endsWith('\n') || /\p{Ideographic}$/u.test(text)) return text.length
  return text.lastIndexOf(' ') + 1
}
