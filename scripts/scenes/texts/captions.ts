// Brief captions and detailed descriptions.
import { directionFrom, placeOf } from '../relations.ts'
import { withArticle } from '../things.ts'
import { type Mention, type Part, type Segment, segment, type View } from './segment.ts'

/** What captions say beside the names. */
export const CAPTION_WORDS = {
  brief: 'An image of',
  detailed: 'Describe this image in detail:',
  empty: ' an empty picture.',
  nothing: ' nothing',
  and: ' and',
  another: 'another',
  features: ' The image features',
  thereIs: ' There is',
  the: 'the',
  background: ' The background is',
} as const

/** `An image of` with its answer. */
export function caption(view: View, grounded: boolean): Segment {
  return segment({ task: grounded ? 'caption' : 'captionPlain' }, CAPTION_WORDS.brief, grounded, [
    ...(view.things.length === 0 ? [CAPTION_WORDS.empty] : [...listing(view), '.']),
  ])
}

/** `Describe this image in detail:` with its answer. */
export function detail(view: View, grounded: boolean): Segment {
  const { things, scene } = view
  const words = CAPTION_WORDS
  const mentions = mentionsOf(view)
  const sentences = mentions.flatMap((mention, i): Part[] => {
    const thing = things[i]!
    if (i === 0) return [words.features, mention, ` ${placeOf(thing)}.`]
    const before = things[i - 1]!
    return [words.thereIs, mention, ` ${directionFrom(before, thing)} ${words.the} ${before.name}.`]
  })
  return segment({ task: grounded ? 'detail' : 'detailPlain' }, words.detailed, grounded, [
    ...(sentences.length === 0 ? [words.features, words.nothing, '.'] : sentences),
    `${words.background} ${scene.background.words}.`,
  ])
}

/** Things in a row: ` a dog, a cat and another dog`. */
export function listing(view: View): Part[] {
  const mentions = mentionsOf(view)
  return mentions.flatMap((mention, i): Part[] => {
    if (i === 0) return [mention]
    return [i === mentions.length - 1 ? CAPTION_WORDS.and : ',', mention]
  })
}

/** "a dog", and "another dog" where one was named before. */
function mentionsOf({ things, early }: View): Mention[] {
  return things.map((thing, i) => {
    const again = things.slice(0, i).some(({ name }) => name === thing.name)
    return {
      phrase: again ? `${CAPTION_WORDS.another} ${thing.name}` : withArticle(thing.name),
      things: [thing],
      isEarly: thing === early,
    }
  })
}
