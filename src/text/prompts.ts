// Ready prompts for what KOSMOS-2 was trained to do, in the forms of its model card. With `<grounding>` the model links
// the phrases of its answer to boxes, without it writes plain text.
import { invalidRange, invalidType, rejectUnknownOptions } from '../errors.ts'
import { flag } from './encode-options.ts'
import { strip } from './python-text.ts'
import { GROUNDING, TAG_TOKENS } from './tags.ts'

/** Whether the model is to link the phrases of its answer to boxes; default true. */
export interface PromptOptions {
  readonly grounded?: boolean
}

/** A caption of one sentence. */
export function briefCaption(options: PromptOptions = {}): string {
  return begin('An image of', options)
}

/** A description of several sentences. */
export function detailedCaption(options: PromptOptions = {}): string {
  return begin('Describe this image in detail:', options)
}

/**
 * Finds a phrase in the picture, which may also be a referring expression that means one thing among several: the
 * model writes the phrase's box or boxes.
 * @param phrase - such as `a snowman`, or `a snowman next to a fire`
 * @throws {RangeError} if it is empty, has several lines or holds a tag
 */
export function groundPhrase(phrase: string): string {
  return `${GROUNDING}<phrase> ${plain('phrase', phrase)}</phrase>`
}

/**
 * Describes what is in a box, which `processor.call` takes as `bboxes: [box]` beside this text: its one phrase stands
 * for the box.
 */
export function describeRegion(options: PromptOptions = {}): string {
  const text = '<phrase> It</phrase> is'
  return isGrounded(options) ? `${GROUNDING}${text}` : text
}

/**
 * A question about the picture. It may hold phrases whose boxes are given in `bboxes`:
 * `What is next to<phrase> the fire</phrase>?`
 * @throws {RangeError} if it is empty
 */
export function question(text: string, options: PromptOptions = {}): string {
  return begin(`Question: ${notEmpty('text', text)} Answer:`, options)
}

function begin(text: string, options: PromptOptions): string {
  return isGrounded(options) ? `${GROUNDING} ${text}` : text
}

function isGrounded(options: PromptOptions): boolean {
  rejectUnknownOptions('a prompt', options, ['grounded'])
  return flag('grounded', options.grounded, true)
}

function notEmpty(name: string, text: unknown): string {
  if (typeof text !== 'string') throw invalidType(name, 'a string', text)
  const stripped = strip(text)
  if (stripped === '') throw invalidRange(name, 'a text that is not empty', text)
  return stripped
}

function plain(name: string, text: unknown): string {
  const phrase = notEmpty(name, text)
  if (!isPhrase(phrase)) throw invalidRange(name, 'one line of text without tags', phrase)
  return phrase
}

/** Whether a text is one that `groundPhrase` takes: what a model wrote between its tags need not be. */
export function isPhrase(text: string): boolean {
  const phrase = strip(text)
  return phrase !== '' && !phrase.includes('\n') && !TAG_TOKENS.some((tag) => phrase.includes(tag))
}
