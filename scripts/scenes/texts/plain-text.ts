// Text that goes on without a look at the picture: colours, kinds and plurals of things.
import type { Random } from '../random.ts'
import { type Category, type Colour, KINDS, type Kind, naturalColour, withArticle } from '../things.ts'
import { fill, type Segment, segment } from './segment.ts'

/** Beginnings of sentences by what ends them. */
export const BEGINNINGS = {
  colour: ['{A} is', '{Things} are', 'The color of {a} is', 'A picture shows {a}. The {thing} is'],
  secondColour: ['{A} is {colour} and {b} is', '{A} is {colour}. {B} is'],
  category: [
    '{A} is a kind of',
    '{Things} are a kind of',
    'We call {a} a kind of',
    'Everybody knows that {a} is a kind of',
  ],
  plural: ['One {thing}, two', 'There is one {thing}. Now there are two', '{A} and another {thing} are two'],
} as const
type Beginning = keyof typeof BEGINNINGS

/** How often each is taken: colours are the only ones that a thing may lack. */
const SHARES: Readonly<Record<Beginning, number>> = { colour: 3, secondColour: 2, category: 3, plural: 2 }

const COLOURED = KINDS.flatMap((kind): { kind: Kind; colour: Colour }[] => {
  const colour = naturalColour(kind)
  // "An orange is orange" is no news.
  return colour === undefined || kind.name === colour ? [] : [{ kind, colour }]
})
const CATEGORIZED = KINDS.filter(
  (kind): kind is Kind & { readonly category: Category } => kind.category !== undefined,
)

/** The beginning of a sentence, and its end. */
export function plainText(random: Random): Segment {
  const which = (Object.keys(SHARES) as Beginning[])[random.weighted(Object.values(SHARES))]!
  const { words, end } = ENDS[which](random)
  return segment({ task: 'text' }, fill(random.pick(BEGINNINGS[which]), words), false, [` ${end}.`])
}

interface Filling {
  readonly words: Readonly<Record<string, string>>
  readonly end: string
}

const ENDS: Readonly<Record<Beginning, (random: Random) => Filling>> = {
  colour: (random) => {
    const { kind, colour } = random.pick(COLOURED)
    return { words: wordsFor(kind), end: colour }
  },
  secondColour: (random) => {
    const [first, second] = random.shuffled(COLOURED) as [
      (typeof COLOURED)[number],
      (typeof COLOURED)[number],
    ]
    const b = withArticle(second.kind.name)
    return {
      words: { ...wordsFor(first.kind), colour: first.colour, b, B: capitalized(b) },
      end: second.colour,
    }
  },
  category: (random) => {
    const kind = random.pick(CATEGORIZED)
    return { words: wordsFor(kind), end: kind.category }
  },
  plural: (random) => {
    const kind = random.pick(KINDS)
    return { words: wordsFor(kind), end: kind.plural }
  },
}

const wordsFor = ({ name, plural }: Kind): Record<string, string> => ({
  thing: name,
  a: withArticle(name),
  A: capitalized(withArticle(name)),
  Things: capitalized(plural),
})

/** With a capital first letter. */
export const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
