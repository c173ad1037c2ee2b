// Questions about things that are not there.
import type { Random } from '../random.ts'
import { withArticle } from '../things.ts'
import { absentKind } from './grounding.ts'
import { ANSWER_WORDS, type Question, sentence } from './question.ts'
import { QUESTIONS } from './question-forms.ts'
import { fill, NUMBERS, type View } from './segment.ts'

const absent = (question: string, answer: string): Question => ({
  kind: 'absent',
  question,
  answer: sentence(answer),
  about: [],
})

/** "Where is the cat?": there is no cat. */
export function askWhereAbsent(view: View, random: Random): Question {
  const { name } = absentKind(view, random)
  return absent(fill(random.pick(QUESTIONS.where), { thing: name }), `${ANSWER_WORDS.thereIsNo} ${name}`)
}

/** "Is there a cat?": no. */
export function askIsThereAbsent(view: View, random: Random): Question {
  const { name } = absentKind(view, random)
  return absent(fill(random.pick(QUESTIONS.isThere), { a: withArticle(name) }), ANSWER_WORDS.no)
}

/** "How many cats are there?": zero. */
export function askHowManyAbsent(view: View, random: Random): Question {
  const { plural } = absentKind(view, random)
  return absent(fill(random.pick(QUESTIONS.howManyOf), { things: plural }), ` ${NUMBERS[0]}`)
}

/** "What color is the cat?": there is no cat. */
export function askColorAbsent(view: View, random: Random): Question {
  const { name } = absentKind(view, random)
  return absent(fill(random.pick(QUESTIONS.color), { thing: name }), `${ANSWER_WORDS.thereIsNo} ${name}`)
}
