// Phrases to be found in the picture, and boxes to be named.
import type { Random } from '../random.ts'
import type { Box, Thing } from '../scene.ts'
import { KINDS, type Kind, kindOf, withArticle } from '../things.ts'
import {
  distinguishingReferences,
  type Reference,
  SEVERAL,
  severalReferences,
  SINGLE,
  singleReferences,
} from './references.ts'
import {
  fill,
  GRID,
  NUMBERS,
  objectTag,
  phraseTag,
  type Segment,
  segment,
  type Task,
  type View,
} from './segment.ts'

/** What is answered to phrases for things that are not there. */
export const ABSENT_ANSWERS = { one: ' is not in the picture.', several: ' are not in the picture.' } as const
/** What a box to be named is called, and what follows it. */
export const NAMING_WORDS = { it: 'It', is: ' is' } as const

const pluralOf = (name: string): string => kindOf(name).plural

/** Every phrase of a scene that can be grounded, by task. */
export const groundable = {
  /** The only thing of its kind. */
  grounding: (view: View): Reference[] => singleReferences(view, withArticle),
  /** One of several things, told from the others. */
  referring: (view: View): Reference[] => distinguishingReferences(view),
  /** All things of a kind. */
  groundingMany: (view: View): Reference[] => severalReferences(view, pluralOf),
} as const satisfies Partial<Record<Task, (view: View) => Reference[]>>

/** A phrase, and the box or boxes as the answer. */
export const ground = (task: keyof typeof groundable, { phrase, things }: Reference): Segment =>
  segment({ task }, phraseTag(phrase), true, [{ phrase: '', things }])

/** A phrase for a thing that is not there. */
export function groundAbsent(view: View, random: Random): Segment {
  const { name, plural } = absentKind(view, random)
  const several = random.chance(0.2) && plural !== name
  const phrase = several
    ? fill(random.pick(SEVERAL), { things: plural, number: NUMBERS[random.integer(2, 3)]! })
    : fill(random.pick(SINGLE), { a: withArticle(name), thing: name })
  const answer = several ? ABSENT_ANSWERS.several : ABSENT_ANSWERS.one
  return segment({ task: 'absentGrounding' }, phraseTag(phrase), true, [answer], [])
}

/** A kind that is not in a scene; half of the time one of the same category as something that is. */
export function absentKind(view: View, random: Random): Kind {
  const absent = KINDS.filter(({ name }) => !view.byName.has(name))
  if (view.things.length === 0 || random.chance(0.5)) return random.pick(absent)
  const { category } = kindOf(random.pick(view.things).name)
  const alike = absent.filter((kind) => kind.category === category)
  return random.pick(alike.length === 0 ? absent : alike)
}

/**
 * A box to be named.
 * @param box - the box as it is given; the thing's own if left out
 */
export function name(thing: Thing, box: Box = thing.box): Segment {
  const prompt = phraseTag(NAMING_WORDS.it) + objectTag([box]) + NAMING_WORDS.is
  return {
    ...segment({ task: 'naming' }, prompt, true, [` ${withArticle(thing.name)}.`], [thing]),
  }
}

/** How far people miss a corner, in cells of the grid. */
const MISS = 1.2

/** A box as people draw it by hand: about right. */
export function roughly({ box: [x1, y1, x2, y2] }: Thing, random: Random): Box {
  const moved = (value: number): number =>
    Math.min(1, Math.max(0, value + random.between(-MISS, MISS) / GRID))
  const [left, right] = [moved(x1), moved(x2)]
  const [top, bottom] = [moved(y1), moved(y2)]
  return right - left > 1 / GRID && bottom - top > 1 / GRID ? [left, top, right, bottom] : [x1, y1, x2, y2]
}
