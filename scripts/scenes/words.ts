// Every word that a scene's texts can hold, computed from the grammar: the vocabulary of the embedded model. Run, it
// writes them to standard output as JSON.
import { BACKGROUND_COLOURS, BACKGROUND_WORDS, GROUNDS, SKIES } from './background.ts'
import { DIRECTIONS, PLACES } from './relations.ts'
import { CAPTION_WORDS } from './texts/captions.ts'
import { ABSENT_ANSWERS, NAMING_WORDS } from './texts/grounding.ts'
import { BEGINNINGS, capitalized } from './texts/plain-text.ts'
import { ASKED_DIRECTIONS, ASKED_PLACES, QUESTION_PROMPT, QUESTIONS } from './texts/question-forms.ts'
import { ANSWER_WORDS } from './texts/question.ts'
import {
  ANY,
  BY_COLOUR,
  BY_DIRECTION,
  BY_NEIGHBOUR,
  BY_PLACE,
  SEVERAL,
  SINGLE,
  STANDING_OUT,
} from './texts/references.ts'
import { NUMBERS } from './texts/segment.ts'
import { COLOURS, KINDS } from './things.ts'
import { piecesOf } from './tokens.ts'

/** The words and marks of a vocabulary. */
export interface Vocabulary {
  /** Words, sorted; those that differ in capital letters are different words. */
  readonly words: readonly string[]
  /** Marks that stand behind a word without a space. */
  readonly punctuation: readonly string[]
}

/** What people may write that no scene's text holds, so that it need not be spelt letter by letter. */
const ORDINARY = [
  'about after again all also always am animal animals any are as at be because before behind between both but by car',
  'color colour could day do does down each every far few find first for found from full give go going good has have',
  'he her here him his how i if in inside into it its just large last left less like little long look looks made make',
  'many me more most much my name near never new next night no none not now object objects of off old on one only',
  'open or other our out outside over part people person photo photograph picture place please right round same say see',
  'seen several she short show shows side small so some something tall tell than that their them then these they',
  'this those through time to together too under until up us used very was we well were what when which while who why',
  'will with without word world would year you your',
].flatMap((line) => line.split(' '))

const texts = (value: unknown): string[] =>
  typeof value === 'string' ? [value] : Object.values(value as object).flatMap(texts)

/** Every word and mark, always in the same order. */
export function createVocabulary(): Vocabulary {
  const grammar = texts([
    ...[ANY, BY_COLOUR, BY_DIRECTION, BY_NEIGHBOUR, BY_PLACE, SEVERAL, SINGLE, STANDING_OUT],
    ...[CAPTION_WORDS, ABSENT_ANSWERS, NAMING_WORDS, ANSWER_WORDS, BEGINNINGS],
    ...[QUESTIONS, QUESTION_PROMPT, ASKED_PLACES, ASKED_DIRECTIONS, NUMBERS, DIRECTIONS, PLACES],
    ...[COLOURS, BACKGROUND_COLOURS, BACKGROUND_WORDS, Object.keys(SKIES), Object.keys(GROUNDS)],
  ]).map((text) => text.replace(/\{\w+\}/g, ' '))
  const kinds = KINDS.flatMap(({ name, plural, article, category = '' }) => [
    `${name} ${plural} ${capitalized(plural)} ${article} ${capitalized(article)} ${category}`,
  ])
  const pieces = new Set([...grammar, ...kinds, ...ORDINARY].flatMap((text) => [...piecesOf(text)]))
  const isWord = (piece: string): boolean => /^\w/.test(piece)
  return {
    words: [...pieces].filter(isWord).sort(),
    punctuation: [...pieces].filter((piece) => !isWord(piece)).sort(),
  }
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(createVocabulary(), undefined, 1)}\n`)
