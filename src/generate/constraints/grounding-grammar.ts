// A grammar for grounded answers: whatever the model would rather write, tags are closed, every phrase has its boxes, and
// every box has an area.
import { invalidRange, rejectUnknownOptions } from '../../errors.ts'
import { BEGIN_OF_PHRASE, END_OF_PHRASE } from '../../text/tags.ts'
import { manyRows } from '../../text/token-ids.ts'
import type { Tensor } from '../../tensor.ts'
import { type PatchProcessor, patchVocabulary } from '../boxes/patch-vocabulary.ts'
import type { LogitsProcessor } from '../logits-processors.ts'
import { keepTokens } from './keep-tokens.ts'

export interface GroundingGrammarOptions {
  /**
   * How many boxes each phrase that is answered has, integer from 1; where the prompt ends with its phrase, no other one is
   * begun. Left out: one or more.
   */
  readonly boxes?: number | undefined
  /**
   * The same limit as that of the generation, integer from 1: what is opened is closed before it. Left out, a generation
   * that ends at its limit may leave a tag open.
   */
  readonly max_new_tokens?: number | undefined
}

/**
 * Where in the grammar a row is: in plain text; in a phrase, empty or not; behind a phrase; behind a number of corners of
 * an object; or behind a whole box.
 */
type Place =
  | { readonly at: 'text' | 'phrase' | 'word' | 'named' }
  | { readonly at: 'corner'; readonly boxes: number; readonly upperLeft?: number }
  | { readonly at: 'box'; readonly boxes: number }

const TEXT: Place = { at: 'text' }

/**
 * A processor for `generate`'s `logits_processor` that rules out every token after which an answer could not be well
 * formed: text, and in it `<phrase>words</phrase><object>boxes</object>`, each box two patch tokens of which the second is
 * neither left of nor above the first (cells that share a row or a column still make an area, see
 * `patch_index_to_coordinate`). What the model would write anyway, by greedy search or drawn with a seed and `top_k: 0`,
 * it writes unchanged as long as that is well formed. With `top_k`, `top_p` and beams tokens that are ruled out make room for
 * others, which may win.
 *
 *     const grammar = groundingGrammar(processor, inputs, { boxes: 2, max_new_tokens: 64 })
 *     await model.generate({ ...inputs, max_new_tokens: 64, logits_processor: [grammar] })
 *
 * A prompt may end anywhere in the grammar, such as behind a phrase that is to get its boxes.
 * @param inputs - of the generation: the answer begins behind its `input_ids`
 * @throws {RangeError} for options out of range, and a limit too short to close what the prompt opened
 */
export function groundingGrammar(
  processor: PatchProcessor,
  inputs: { readonly input_ids: Tensor },
  options: GroundingGrammarOptions = {},
): LogitsProcessor {
  rejectUnknownOptions('groundingGrammar', options, ['boxes', 'max_new_tokens'])
  const { boxes, max_new_tokens } = options
  for (const [name, value] of Object.entries({ boxes, max_new_tokens }))
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1))
      throw invalidRange(name, 'integer from 1', value)
  const grammar = createGrammar(processor, boxes)
  const prompts = manyRows('inputs.input_ids', inputs.input_ids)
  const promptLength = prompts[0]!.length
  const limit = max_new_tokens === undefined ? Infinity : promptLength + max_new_tokens
  const places = prompts.map((prompt) => grammar.placeAfter(prompt))
  const mayBegin = boxes === undefined || places.some(({ at }) => at === 'text')
  for (const place of places) {
    const needed = grammar.needed(place)
    if (needed > limit - promptLength)
      throw invalidRange(
        'max_new_tokens',
        `at least ${needed}, as the prompt's last phrase needs them for its boxes,`,
        max_new_tokens,
      )
  }
  return (input_ids, scores) => {
    const left = limit - input_ids.length - 1
    const { words, tags } = grammar.allowed(grammar.placeAfter(input_ids), left, mayBegin)
    keepTokens(scores, tags, words)
  }
}

interface Grammar {
  /** Where a row is, counted from its picture on. What is not well formed in a prompt counts as text. */
  placeAfter(ids: readonly number[]): Place
  /** The fewest tokens until all is closed. */
  needed(place: Place): number
  /** What may come next. @param left - how many tokens may follow it @param mayBegin - whether a phrase may begin */
  allowed(place: Place, left: number, mayBegin: boolean): Allowed
}

/** Tokens that may come next: all pieces of text, where `words` marks them, and some others. */
interface Allowed {
  readonly words?: Uint8Array
  readonly tags: Iterable<number>
}

function createGrammar(processor: PatchProcessor, exactly: number | undefined): Grammar {
  const { tokenizer } = processor
  const vocabulary = patchVocabulary(processor)
  const { side, ids: cells, indexOf, beginOfObject, endOfObject, delimiter, endOfImage } = vocabulary
  const beginOfPhrase = tokenizer.convert_tokens_to_ids(BEGIN_OF_PHRASE)
  const endOfPhrase = tokenizer.convert_tokens_to_ids(END_OF_PHRASE)
  const isWord = wordTokens(tokenizer)

  const next = (place: Place, id: number): Place => {
    const cell = indexOf.get(id)
    switch (place.at) {
      case 'text':
        return id === beginOfPhrase ? { at: 'phrase' } : TEXT
      case 'phrase':
      case 'word':
        if (id === endOfPhrase) return { at: 'named' }
        return isWord[id] === 1 ? { at: 'word' } : next(TEXT, id)
      case 'named':
        return id === beginOfObject ? { at: 'corner', boxes: 0 } : next(TEXT, id)
      case 'corner':
        if (cell === undefined) return next(TEXT, id)
        return place.upperLeft === undefined
          ? { ...place, upperLeft: cell }
          : { at: 'box', boxes: place.boxes + 1 }
      case 'box':
        return id === delimiter ? { at: 'corner', boxes: place.boxes } : next(TEXT, id)
    }
  }

  // Each box is two corners and the tag behind it.
  const neededForBoxes = (there: number): number => 3 * Math.max(1, (exactly ?? 1) - there)
  const needed = (place: Place): number => {
    switch (place.at) {
      case 'text':
        return 0
      case 'phrase':
        return 3 + neededForBoxes(0)
      case 'word':
        return 2 + neededForBoxes(0)
      case 'named':
        return 1 + neededForBoxes(0)
      case 'corner':
        return neededForBoxes(place.boxes) - (place.upperLeft === undefined ? 0 : 1)
      case 'box':
        return place.boxes < (exactly ?? 1) ? 1 + neededForBoxes(place.boxes) : 1
    }
  }

  const cellsFrom = function* (upperLeft = 0): Generator<number> {
    for (let row = Math.floor(upperLeft / side); row < side; row++)
      for (let column = upperLeft % side; column < side; column++) yield cells[row * side + column]!
  }

  return {
    placeAfter(ids) {
      let place = TEXT
      for (let i = ids.lastIndexOf(endOfImage) + 1; i < ids.length; i++) place = next(place, ids[i]!)
      return place
    },
    needed,
    allowed(place, left, mayBegin) {
      switch (place.at) {
        case 'text': {
          const fits = mayBegin && needed({ at: 'phrase' }) <= left
          return { words: isWord, tags: [tokenizer.eos_token_id, ...(fits ? [beginOfPhrase] : [])] }
        }
        case 'phrase':
          return { words: isWord, tags: [] }
        case 'word':
          return { ...(needed(place) <= left && { words: isWord }), tags: [endOfPhrase] }
        case 'named':
          return { tags: [beginOfObject] }
        case 'corner':
          return { tags: cellsFrom(place.upperLeft) }
        case 'box': {
          const mayEnd = place.boxes >= (exactly ?? 1)
          const mayGoOn = exactly === undefined ? neededForBoxes(place.boxes) <= left : !mayEnd
          return { tags: [...(mayGoOn ? [delimiter] : []), ...(mayEnd ? [endOfObject] : [])] }
        }
      }
    },
  }
}

const known = new WeakMap<PatchProcessor['tokenizer'], Uint8Array>()

/** For each id whether it is a piece of text: no tag, none of the special tokens, nothing that could look like a tag. */
function wordTokens(tokenizer: PatchProcessor['tokenizer']): Uint8Array {
  let words = known.get(tokenizer)
  if (words !== undefined) return words
  const { bos_token, eos_token, pad_token, unk_token } = tokenizer
  const special = new Set([bos_token, eos_token, pad_token, unk_token])
  words = new Uint8Array(tokenizer.length)
  for (const [token, id] of tokenizer.get_vocab())
    words[id] = special.has(token) || token.includes('<') || token.includes('\n') ? 0 : 1
  known.set(tokenizer, words)
  return words
}
