// One prompt with its right answer. Both are texts as the model reads and writes them, tags included.
import { coordinate_to_patch_index } from '../../../src/text/boxes.ts'
import {
  BEGIN_OF_OBJECT,
  BEGIN_OF_PHRASE,
  DELIMITER_OF_OBJECTS,
  END_OF_OBJECT,
  END_OF_PHRASE,
  GROUNDING,
  patchIndexToken,
} from '../../../src/text/tags.ts'
import type { Box, Scene, Thing } from '../scene.ts'
import { leftToRight } from '../relations.ts'

/** Cells along each side of the model's grid. */
export const GRID = 32

/** What is asked of the model. */
export const TASKS = [
  'caption',
  'captionPlain',
  'detail',
  'detailPlain',
  'grounding',
  'referring',
  'groundingMany',
  'absentGrounding',
  'naming',
  'question',
  'text',
] as const
/** One of the tasks. */
export type Task = (typeof TASKS)[number]

/** What a question is about. */
export const QUESTION_KINDS = [
  'what',
  'where',
  'howMany',
  'howManyOf',
  'isThere',
  'color',
  'yesNo',
  'background',
  'absent',
] as const
/** One of the kinds of question. */
export type QuestionKind = (typeof QUESTION_KINDS)[number]

/** A prompt and its answer. */
export interface Segment {
  readonly task: Task
  /** Of a question. */
  readonly kind?: QuestionKind
  readonly prompt: string
  /** Follows the prompt, and begins with a space unless it begins with a tag. */
  readonly answer: string
  /** The things whose boxes the answer holds, one for each two patch tokens of it. */
  readonly boxes: readonly Thing[]
  /** The things that the prompt and the answer are about, as far as they mean any in particular. */
  readonly about: readonly Thing[]
  /** Where in the answer a thing is named before its turn: from one character up to another, none of it to be learned. */
  readonly early?: readonly [start: number, end: number]
}

/** Things in an answer, whose boxes are written behind the phrase where boxes are asked for. */
export interface Mention {
  /** Empty where the prompt holds the phrase. */
  readonly phrase: string
  readonly things: readonly Thing[]
  /** Whether it comes before its turn; of an answer at most one does. */
  readonly isEarly?: boolean
}
/** A piece of an answer: words, with the space before them, or a mention. */
export type Part = string | Mention

/** The things of a scene as texts go through them. */
export interface View {
  readonly scene: Scene
  /** From left to right, but for the early one. */
  readonly things: readonly Thing[]
  /** One that texts name before its turn. */
  readonly early?: Thing
  /** The same by name. */
  readonly byName: ReadonlyMap<string, readonly Thing[]>
}

/** A scene as texts go through it. */
export function viewOf(scene: Scene): View {
  const things = leftToRight(scene.things)
  const byName = new Map<string, Thing[]>()
  for (const thing of things) byName.set(thing.name, [...(byName.get(thing.name) ?? []), thing])
  return { scene, things, byName }
}

/** The things of which there is one and no more. */
export const single = ({ byName, things }: View): Thing[] =>
  things.filter(({ name }) => byName.get(name)!.length === 1)

/**
 * Puts a segment together.
 * @param grounded - whether the answer carries boxes
 * @param parts - the answer
 * @param about - the things meant, if they are others than those mentioned
 */
export function segment(
  what: { readonly task: Task; readonly kind?: QuestionKind },
  prompt: string,
  grounded: boolean,
  parts: readonly Part[],
  about?: readonly Thing[],
): Segment {
  const mentioned = parts.flatMap((part) => (typeof part === 'string' ? [] : part.things))
  const texts = parts.map((part) => (typeof part === 'string' ? part : mentionText(part, grounded)))
  const answer = texts.join('')
  const at = parts.findIndex((part) => typeof part !== 'string' && part.isEarly)
  const start = texts.slice(0, at).join('').length
  return {
    ...what,
    prompt: grounded ? `${GROUNDING}${prompt.startsWith('<') ? '' : ' '}${prompt}` : prompt,
    answer,
    boxes: grounded ? mentioned : [],
    about: about ?? mentioned,
    ...(at < 0 ? {} : { early: [start, start + texts[at]!.length] }),
  }
}

function mentionText({ phrase, things }: Mention, grounded: boolean): string {
  if (!grounded) return ` ${phrase}`
  const object = objectTag(things.map(({ box }) => box))
  return phrase === '' ? object : phraseTag(phrase) + object
}

/** `<phrase> a dog</phrase>` */
export const phraseTag = (phrase: string): string => `${BEGIN_OF_PHRASE} ${phrase}${END_OF_PHRASE}`

/** Boxes as the model writes them: `<object><patch_index_0044><patch_index_0863></object>`. */
export function objectTag(boxes: readonly Box[]): string {
  const pairs = boxes.map((box) => coordinate_to_patch_index(box, GRID).map(patchIndexToken).join(''))
  return BEGIN_OF_OBJECT + pairs.join(DELIMITER_OF_OBJECTS) + END_OF_OBJECT
}

/** Puts words in place of `{name}` in a form. @throws {RangeError} for a name without words */
export function fill(form: string, words: Readonly<Record<string, string>>): string {
  return form.replace(/\{(\w+)\}/g, (_, name: string) => {
    const word = words[name]
    if (word === undefined) throw new RangeError(`Expected words for {${name}} of '${form}'`)
    return word
  })
}

/** Numbers as words, from zero on. */
export const NUMBERS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six'] as const
